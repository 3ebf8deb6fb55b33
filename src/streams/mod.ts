/**
 * Byte streams with real back-pressure, the building blocks of every other
 * module.
 *
 * {@linkcode bufferIterator} cuts any source of bytes into equal chunks,
 * {@linkcode BufferIteratorIO} reads it as one reads a file, {@linkcode tee}
 * splits it in bounded memory and {@linkcode HashingStream} hashes it on the
 * way. {@linkcode ByteReader} reads a stream into one buffer again and again,
 * {@linkcode LineBatchStream} takes text apart into lines,
 * {@linkcode ByteLimitStream} and {@linkcode pacedStream} keep a sender or a
 * reader within limits, and {@linkcode withHeartbeats} keeps an event stream
 * alive.
 *
 * @module
 */
export {
  ByteLimitStream,
  type ByteLimitStreamOptions,
  ByteReader,
  type Duplex,
  type HeartbeatOptions,
  LineAssembler,
  type LineAssemblerOptions,
  LineBatchStream,
  pacedStream,
  type PacedStreamOptions,
  withHeartbeats,
} from "./blocks/mod.ts";
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
