// A lock file that is removed by a hook at exit, and a document written there.
import { mkdirSync } from "node:fs";
import process from "node:process";
import jsonfile from "jsonfile";
import lockfile from "lockfile";

mkdirSync("made");
lockfile.lockSync("made/app.lock");
const report = { started: true, items: Array(1000).fill("item") };
process.on("exit", (code) => {
  jsonfile.writeFileSync("made/report.json", { ...report, code }, {
    spaces: 2,
  });
});
console.log(lockfile.checkSync("made/app.lock"));
