import type { Duplex } from "../../src/streams/mod.ts";

/** Two ends of a connection in memory: what one writes, the other reads. */
export function duplexPair(): readonly [Duplex, Duplex] {
  const there = new TransformStream<Uint8Array, Uint8Array>();
  const back = new TransformStream<Uint8Array, Uint8Array>();
  return [
    { readable: back.readable, writable: there.writable },
    { readable: there.readable, writable: back.writable },
  ];
}

/** The same end, but its readable is a byte stream that cuts what it reads. */
export function withByteStream({ readable, writable }: Duplex): Duplex {
  const chunks = readable.getReader();
  let left = new Uint8Array();
  const bytes = new ReadableStream<Uint8Array>({
    type: "bytes",
    async pull(controller) {
      while (left.length === 0) {
        const { done, value } = await chunks.read();
        if (done) {
          // Closes without an answer to the read that is pending.
          return controller.close();
        }
        left = new Uint8Array(value);
      }
      const part = left.subarray(0, 1000);
      left = left.subarray(part.length);
      controller.enqueue(part.slice());
    },
    cancel: (reason) => chunks.cancel(reason),
  });
  return { readable: bytes, writable };
}
