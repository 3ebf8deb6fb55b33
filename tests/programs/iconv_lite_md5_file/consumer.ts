// A checksum of synchronous reads until one is short, then of a stream.
import { createReadStream } from "node:fs";
import { text } from "node:stream/consumers";
import iconv from "iconv-lite";
import md5File from "md5-file";

console.log(md5File.sync("made/text.txt"));
console.log(await md5File("made/text.txt"));
const decoded = createReadStream("made/text.txt")
  .pipe(iconv.decodeStream("windows-1252"));
console.log((await text(decoded)).length);
