/**
 * Byte streams with real back-pressure, the building blocks of every other
 * room: equal chunks out of any source of bytes, reads of any size, splitting
 * in bounded memory, hashing on the way.
 *
 * @module
 */
export {
  bufferIterator,
  type BufferIteratorOptions,
} from "./buffer_iterator.ts";
export { BufferIteratorIO } from "./buffer_iterator_io.ts";
export type { ByteSource } from "./byte_source.ts";
export { HashingStream } from "./hashing_stream.ts";
export { type ProgressReport, type ProgressReporter } from "./progress.ts";
export { tee, type TeeOptions } from "./tee.ts";
