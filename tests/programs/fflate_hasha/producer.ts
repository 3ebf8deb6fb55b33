// Compressed data, handed over by a callback.
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { Gzip, strToU8 } from "fflate";
import { halfway } from "../halfway.ts";

mkdirSync("made");
const file = openSync("made/data.gz", "wx");
const gzip = new Gzip({ level: 1, mtime: 1 }, (chunk, isFinal) => {
  writeSync(file, chunk);
  if (isFinal) closeSync(file);
});
for (let n = 0; n < 200; n++) {
  if (n === 100) await halfway();
  const line = `${n * n} ${(n * 7919) % 9973}\n`.repeat(200);
  gzip.push(strToU8(line), n === 199);
}
console.log("compressed");
