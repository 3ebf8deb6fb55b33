// Streams of another make, on a descriptor and on a name.
import { closeSync, mkdirSync, openSync } from "node:fs";
import { WriteStream, WriteStreamSync } from "fs-minipass";
import { halfway } from "../halfway.ts";

mkdirSync("made");
const output = new WriteStream("made/async.txt");
for (let n = 0; n < 2000; n++) {
  if (n === 1000) await halfway();
  if (!output.write(`${n} `.repeat(20))) {
    await new Promise<void>((resolve) => output.once("drain", resolve));
  }
}
await new Promise<void>((resolve) => {
  output.once("close", () => resolve());
  output.end();
});
const fd = openSync("made/sync.txt", "wx");
const sync = new WriteStreamSync("made/sync.txt", { fd, autoClose: false });
sync.write("first\n");
sync.end("second\n");
closeSync(fd);
console.log("written");
