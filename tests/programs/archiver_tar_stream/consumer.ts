// Decompressed and unpacked in one pipeline.
import { createReadStream } from "node:fs";
import { buffer } from "node:stream/consumers";
import { createGunzip } from "node:zlib";
import { pipeline } from "node:stream/promises";
import { extract } from "tar-stream";

const unpacked = extract();
const listing = (async () => {
  for await (const entry of unpacked) {
    const text = await buffer(entry);
    console.log(entry.header.name, entry.header.size, text.length);
  }
})();
await pipeline(
  createReadStream("made/data.tar.gz"),
  createGunzip(),
  unpacked,
);
await listing;
