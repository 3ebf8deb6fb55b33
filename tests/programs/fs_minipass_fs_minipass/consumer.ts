// The same for reading: until a read gives nothing.
import { ReadStream, ReadStreamSync } from "fs-minipass";

let bytes = 0;
await new Promise<void>((resolve, reject) =>
  new ReadStream("made/async.txt", { readSize: 1000 })
    .on("data", (chunk: Uint8Array) => bytes += chunk.length)
    .on("error", reject)
    .on("end", () => resolve())
);
const text = new ReadStreamSync("made/sync.txt", { encoding: "utf8" }).read();
console.log(bytes, text);
