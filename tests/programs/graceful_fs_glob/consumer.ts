// Walks directories, and reads every file through streams.
import fs from "graceful-fs";
import { glob } from "glob";
import { text } from "node:stream/consumers";

const paths = (await glob("made/many/**/*.txt")).sort();
const texts = await Promise.all(
  paths.map((path) => text(fs.createReadStream(path))),
);
console.log(paths.length, texts.join("").length);
