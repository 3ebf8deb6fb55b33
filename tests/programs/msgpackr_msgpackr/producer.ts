// Records packed one after another, without a length or an end.
import { createWriteStream, mkdirSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { PackrStream } from "msgpackr";
import { halfway } from "../halfway.ts";

mkdirSync("made");
await pipeline(
  Readable.from((async function* () {
    for (let n = 0; n < 10_000; n++) {
      if (n === 5000) await halfway();
      yield { n, name: `record ${n}`, tags: [n % 2, n % 3] };
    }
  })()),
  new PackrStream(),
  createWriteStream("made/records.msgpack"),
);
console.log("packed");
