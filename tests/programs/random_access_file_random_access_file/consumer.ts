// Reads blocks at positions, from the last to the first.
import RandomAccessFile from "random-access-file";

const BLOCK = 4096;
const file = new RandomAccessFile("made/blocks.bin", { writable: false });
const call = (name: string, ...args: unknown[]) =>
  new Promise<Uint8Array>((resolve, reject) =>
    file[name](
      ...args,
      (error: Error | null, value: Uint8Array) =>
        error ? reject(error) : resolve(value),
    )
  );
let isRight = true;
for (let n = 59; n >= 1; n--) {
  const block = await call("read", n * BLOCK, BLOCK);
  isRight &&= block.length === BLOCK && block.every((byte) => byte === n);
}
await call("close");
console.log(isRight);
