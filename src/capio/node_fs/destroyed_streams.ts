import type { ReadStream, WriteStream } from "node:fs";
import { readerOf } from "./open_files.ts";

/** Makes a stream stop waiting when it is destroyed. */
export function interruptWhenDestroyed(
  stream: ReadStream,
  closing?: AbortController,
): ReadStream {
  return beforeDestroyed(stream, () => {
    closing?.abort();
    readerOf(stream)?.interrupt();
  });
}

/** Makes a stream call `act` first when it is destroyed. */
export function beforeDestroyed<S extends ReadStream | WriteStream>(
  stream: S,
  act: () => void,
): S {
  const destroy: (error?: Error) => unknown = stream.destroy;
  return Object.defineProperty(stream, "destroy", {
    configurable: true,
    writable: true,
    value(...args: [error?: Error]) {
      act();
      return destroy.apply(stream, args);
    },
  });
}
