// Watches a directory until the last file is there.
import { readFile } from "node:fs/promises";
import chokidar from "chokidar";

const sizes = new Map<string, Promise<number>>();
const watcher = chokidar.watch("made/results");
await new Promise<void>((resolve) =>
  watcher.on("add", (path) => {
    sizes.set(path, readFile(path).then(({ length }) => length));
    if (sizes.size === 7) resolve();
  })
);
await watcher.close();
for (const path of [...sizes.keys()].sort()) {
  console.log(path, await sizes.get(path));
}
