// Files through a pipeline that keeps their modes and times.
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { Transform } from "node:stream";
import vfs from "vinyl-fs";

mkdirSync("made/src/deep", { recursive: true });
for (const [n, name] of ["a.txt", "b.txt", "deep/c.txt"].entries()) {
  writeFileSync(`made/src/${name}`, `${name}\n`.repeat(10_000), {
    mode: 0o640,
  });
  utimesSync(`made/src/${name}`, 1_600_000_000 + n, 1_600_000_000 + n);
}
const upper = new Transform({
  objectMode: true,
  transform(file, _encoding, done) {
    file.contents = Buffer.from(file.contents.toString().toUpperCase());
    done(null, file);
  },
});
const written = vfs.src("made/src/**/*.txt").pipe(upper)
  .pipe(vfs.dest("made/upper"));
await once(written.resume(), "end");
console.log("piped");
