// Blocks written at positions, and a file that is cut at the end.
import RandomAccessFile from "random-access-file";
import { halfway } from "../halfway.ts";

const BLOCK = 4096;
const file = new RandomAccessFile("made/blocks.bin", { truncate: true });
const call = (name: string, ...args: unknown[]) =>
  new Promise((resolve, reject) =>
    file[name](
      ...args,
      (error: Error | null, value: unknown) =>
        error ? reject(error) : resolve(value),
    )
  );
for (let n = 0; n < 64; n++) {
  if (n === 32) await halfway();
  const block = new Uint8Array(BLOCK).fill(n);
  await call("write", n * BLOCK, block);
}
await call("truncate", 60 * BLOCK);
await call("close");
console.log("written");
