// A zip file that is generated as a stream.
import { createWriteStream, mkdirSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import JSZip from "jszip";
import { halfway } from "../halfway.ts";

mkdirSync("made");
const zip = new JSZip();
const date = new Date(Date.UTC(2020, 0, 1));
for (let n = 0; n < 10; n++) {
  zip.file(`${n}.txt`, `${n} `.repeat(30_000), { date });
}
const output = createWriteStream("made/data.zip");
let isFirst = true;
await pipeline(
  zip.generateNodeStream({ streamFiles: true }),
  async function* (chunks: AsyncIterable<Uint8Array | string>) {
    for await (const chunk of chunks) {
      yield chunk;
      if (!isFirst) continue;
      isFirst = false;
      await halfway();
    }
  },
  output,
);
console.log("zipped");
