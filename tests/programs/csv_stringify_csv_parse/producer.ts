// A table in a pipeline that writes small chunks.
import { createWriteStream, mkdirSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { stringify } from "csv-stringify";
import { halfway } from "../halfway.ts";

mkdirSync("made");
await pipeline(
  async function* () {
    for (let n = 0; n < 8000; n++) {
      if (n === 4000) await halfway();
      yield {
        n,
        text: `a "quoted" text, ${n}`,
        root: Math.floor(Math.sqrt(n)),
      };
    }
  },
  stringify({ header: true }),
  createWriteStream("made/table.csv", { highWaterMark: 100 }),
);
console.log("written");
