// Text in an old encoding, through a transform stream.
import { createWriteStream, mkdirSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import iconv from "iconv-lite";
import { halfway } from "../halfway.ts";

mkdirSync("made");
await pipeline(
  async function* () {
    for (let n = 0; n < 5000; n++) {
      if (n === 2500) await halfway();
      yield `Zeile ${n}: äöü ß € ${"–".repeat(20)}\n`;
    }
  },
  iconv.encodeStream("windows-1252"),
  createWriteStream("made/text.txt"),
);
console.log("encoded");
