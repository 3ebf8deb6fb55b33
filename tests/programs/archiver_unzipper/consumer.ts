// The entries of a zip file as they come in a stream.
import { createReadStream, createWriteStream, mkdirSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import unzipper from "unzipper";

mkdirSync("result");
const entries = createReadStream("made/data.zip").pipe(
  unzipper.Parse({ forceStream: true }),
);
for await (const entry of entries) {
  await pipeline(entry, createWriteStream(`result/${entry.path}`));
  console.log(entry.path);
}
