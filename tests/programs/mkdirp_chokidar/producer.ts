// Results that appear one after another in directories of their own.
import { writeFile } from "node:fs/promises";
import { mkdirp } from "mkdirp";
import { halfway } from "../halfway.ts";

for (let n = 0; n < 6; n++) {
  if (n === 3) await halfway();
  await mkdirp(`made/results/${n}/data`);
  await writeFile(`made/results/${n}/data/result.txt`, `${n}\n`.repeat(10_000));
}
await writeFile("made/results/done", "");
console.log("done");
