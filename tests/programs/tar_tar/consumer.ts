// Unpacks into a directory: many files, directories, modes and times.
import { createReadStream, mkdirSync, statSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { extract } from "tar";

mkdirSync("result");
const names: string[] = [];
await pipeline(
  createReadStream("made/files.tgz"),
  extract({
    cwd: "result",
    onReadEntry: (entry) => void names.push(entry.path),
  }),
);
console.log(names.join(" "));
console.log(statSync("result/files/deep/c").mtimeMs);
