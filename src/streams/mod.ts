/**
 * Byte streams with real back-pressure, the building blocks of every other
 * module: equal chunks out of any source of bytes, reads of any size, splitting
 * in bounded memory, hashing on the way.
 *
 * @module
 */
export {
  bufferIterator,
  BufferIteratorIO,
  type BufferIteratorOptions,
  type ProgressReport,
  type ProgressReporter,
} from "./buffers/mod.ts";
export { HashingStream } from "./hashing_stream.ts";
export type { ByteSource } from "./sources/mod.ts";
export { tee, type TeeOptions } from "./tee/mod.ts";
