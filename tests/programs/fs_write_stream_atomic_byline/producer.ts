// A stream that writes aside, and renames when it is finished.
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import AtomicWriteStream from "fs-write-stream-atomic";
import { halfway } from "../halfway.ts";

mkdirSync("made");
const output = new AtomicWriteStream("made/list.txt", { mode: 0o600 });
for (let n = 0; n < 3000; n++) {
  if (n === 1500) await halfway();
  if (!output.write(`line ${n}\n`)) await once(output, "drain");
}
output.end();
await once(output, "finish");
console.log("written");
