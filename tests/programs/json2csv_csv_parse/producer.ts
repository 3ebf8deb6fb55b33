// Streams and calls of file handles.
import { open } from "node:fs/promises";
import { mkdirSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Transform } from "@json2csv/node";
import { halfway } from "../halfway.ts";

mkdirSync("made");
async function* records() {
  for (let n = 0; n < 5000; n++) {
    if (n === 2500) await halfway();
    yield { n, square: n * n };
  }
}
const table = await open("made/table.csv", "w");
await pipeline(
  Readable.from(records()),
  new Transform({}, {}, { objectMode: true }),
  table.createWriteStream(),
);
const log = await open("made/log.txt", "a");
await log.appendFile("one\n");
await log.writeFile("two\n");
await log.writev([new Uint8Array([65]), new Uint8Array([66])]);
await log.truncate(9);
await log.close();
console.log("written");
