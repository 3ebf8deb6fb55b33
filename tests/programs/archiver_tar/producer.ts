// A compressed tar archive in a stream with small chunks.
import { once } from "node:events";
import { createWriteStream, mkdirSync } from "node:fs";
import { TarArchive } from "archiver";
import { halfway } from "../halfway.ts";

mkdirSync("made");
const date = new Date("2020-01-01T00:00:00Z");
const archive = new TarArchive({ gzip: true });
const output = createWriteStream("made/data.tar.gz", { highWaterMark: 512 });
const closed = once(output, "close");
archive.pipe(output);
for (let n = 0; n < 12; n++) {
  if (n === 6) await halfway();
  const text = Array.from({ length: 3000 }, (_, i) => (i * 31 + n) % 4001);
  archive.append(text.join(" "), { name: `${n % 3}/${n}.txt`, date });
}
await archive.finalize();
await closed;
console.log("archived");
