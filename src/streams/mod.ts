/**
 * Byte streams with real back-pressure, the building blocks of every other room.
 *
 * @module
 */
export {
  bufferIterator,
  type BufferIteratorOptions,
} from "./buffer_iterator.ts";
export { BufferIteratorIO } from "./buffer_iterator_io.ts";
export type { ByteSource } from "./byte_source.ts";
export { type ProgressReport, type ProgressReporter } from "./progress.ts";
