/**
 * The line buffer in files that several processes share.
 *
 * @module
 */
export {
  LineFileBuffer,
  type LineFileBufferOptions,
} from "./line_file_buffer.ts";
