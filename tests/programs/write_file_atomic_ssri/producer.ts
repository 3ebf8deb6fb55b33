// A state that is replaced as a whole, three times.
import { mkdirSync } from "node:fs";
import writeFileAtomic from "write-file-atomic";
import { halfway } from "../halfway.ts";

mkdirSync("made");
for (const version of [1, 2, 3]) {
  await writeFileAtomic("made/state.txt", `version ${version}\n`);
  if (version === 1) await halfway();
}
console.log("replaced");
