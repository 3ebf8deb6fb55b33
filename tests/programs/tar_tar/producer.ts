// Makes a directory of files with modes and times, and an archive of it.
import {
  chmodSync,
  createWriteStream,
  mkdirSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { pipeline } from "node:stream/promises";
import { create } from "tar";
import { halfway } from "../halfway.ts";

const paths = ["a", "b", "deep/c", "deep/deeper/d"].map((n) => `files/${n}`);
mkdirSync("made/files/deep/deeper", { recursive: true });
for (const [n, path] of paths.entries()) {
  writeFileSync(`made/${path}`, `${path}\n`.repeat(20_000));
  chmodSync(`made/${path}`, n % 2 === 0 ? 0o600 : 0o755);
  utimesSync(`made/${path}`, 1_600_000_000, 1_600_000_000 + n);
}
await pipeline(
  create({ cwd: "made", portable: true, gzip: true }, paths),
  async function* (chunks: AsyncIterable<Uint8Array>) {
    let written = 0;
    for await (const chunk of chunks) {
      yield chunk;
      if (written++ === 0) await halfway();
    }
  },
  createWriteStream("made/files.tgz"),
);
console.log("archived");
