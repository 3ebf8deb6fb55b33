// A zip file that is written as a stream while entries are added.
import { once } from "node:events";
import { createWriteStream, mkdirSync } from "node:fs";
import { ZipArchive } from "archiver";
import { halfway } from "../halfway.ts";

mkdirSync("made");
const date = new Date("2020-01-01T00:00:00Z");
const archive = new ZipArchive({ forceUTC: true, zlib: { level: 1 } });
const output = createWriteStream("made/data.zip");
const closed = once(output, "close");
archive.pipe(output);
for (let n = 0; n < 20; n++) {
  if (n === 10) await halfway();
  const numbers = Array.from({ length: 4000 }, (_, i) => (i * 7919 + n) % 9973);
  archive.append(numbers.join("\n"), { name: `part${n}.txt`, date });
}
await archive.finalize();
await closed;
console.log(`${archive.pointer()} bytes`);
