// Files that are written aside, flushed and renamed, several at a time.
import { mkdirSync } from "node:fs";
import writeFileAtomic from "write-file-atomic";

mkdirSync("made/state", { recursive: true });
const state = (n: number) => JSON.stringify({ n, list: Array(20_000).fill(n) });
await Promise.all(
  [0, 1, 2, 3, 4].map((n) =>
    writeFileAtomic(`made/state/${n}.json`, state(n), { mode: 0o640 })
  ),
);
writeFileAtomic.sync("made/last.json", state(5));
console.log("written");
