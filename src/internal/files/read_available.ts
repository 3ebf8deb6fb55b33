/**
 * The method of a file whose `read` waits until the buffer is full. It has the
 * form of `read`, but waits for one byte only, as a stream does. The symbol is a
 * registered one: it is the same in every copy of this package in a program.
 */
export const READ_AVAILABLE: unique symbol = Symbol.for(
  "@sluice/sluice.readAvailable",
);

/** A file that has a method {@linkcode READ_AVAILABLE}. */
export interface AvailableReader {
  [READ_AVAILABLE](p: Uint8Array): Promise<number | null>;
}

/** Returns whether a file has a method {@linkcode READ_AVAILABLE}. */
export function readsAvailable(file: object): file is AvailableReader {
  return READ_AVAILABLE in file;
}
