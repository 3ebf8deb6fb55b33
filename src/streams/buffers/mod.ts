/**
 * Chunks of equal size, and reads of any size, out of any source of bytes.
 *
 * @module
 */
export { BUFFER_SIZE } from "./buffered_source.ts";
export {
  bufferIterator,
  type BufferIteratorOptions,
} from "./buffer_iterator.ts";
export { BufferIteratorIO } from "./buffer_iterator_io.ts";
export { filledPart } from "./chunk_assembler.ts";
export { freshBytes } from "./fresh_bytes.ts";
export { type ProgressReport, type ProgressReporter } from "./progress.ts";
