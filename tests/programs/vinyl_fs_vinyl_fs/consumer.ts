// Copies what the producer has made.
import { once } from "node:events";
import { statSync } from "node:fs";
import vfs from "vinyl-fs";

const names: string[] = [];
const written = vfs.src("made/upper/**/*.txt")
  .pipe(vfs.dest("result"));
written.on("data", (file: { relative: string }) => names.push(file.relative));
await once(written, "end");
console.log(names.sort());
console.log(statSync("result/deep/c.txt").mtimeMs);
