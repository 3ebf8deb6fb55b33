// Reads the document, and waits until nobody holds the lock any more: the hook
// that removes it comes after the one that writes the document.
import { setTimeout } from "node:timers/promises";
import jsonfile from "jsonfile";
import lockfile from "lockfile";

const { code, items } = await jsonfile.readFile("made/report.json");
while (lockfile.checkSync("made/app.lock")) await setTimeout(10);
console.log(code, items.length, "unlocked");
