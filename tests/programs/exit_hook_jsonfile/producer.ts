// A report that is written when the program ends.
import exitHook from "exit-hook";
import jsonfile from "jsonfile";
import { mkdirSync } from "node:fs";
import process from "node:process";

mkdirSync("made");
const results: number[] = [];
exitHook((signal) => {
  jsonfile.writeFileSync("made/report.json", { signal, results });
});
for (let n = 0; n < 1000; n++) results.push(n * n);
console.log("measured");
process.exit();
