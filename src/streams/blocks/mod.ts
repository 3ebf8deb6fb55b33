/**
 * Streams that the other modules are made of: two-way connections, reads into
 * one buffer, lines, limits of bytes and of patience.
 *
 * @module
 */
export {
  ByteLimitStream,
  type ByteLimitStreamOptions,
} from "./byte_limit_stream.ts";
export { ByteReader } from "./byte_reader.ts";
export type { Duplex } from "./duplex.ts";
export { type HeartbeatOptions, withHeartbeats } from "./heartbeats.ts";
export { LineAssembler, type LineAssemblerOptions } from "./line_assembler.ts";
export { LineBatchStream } from "./line_batch_stream.ts";
export { pacedStream, type PacedStreamOptions } from "./paced_stream.ts";
