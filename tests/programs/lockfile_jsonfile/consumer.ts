// Reads the document, and sees that nobody holds the lock any more.
import jsonfile from "jsonfile";
import lockfile from "lockfile";

const { code, items } = await jsonfile.readFile("made/report.json");
console.log(code, items.length, lockfile.checkSync("made/app.lock"));
