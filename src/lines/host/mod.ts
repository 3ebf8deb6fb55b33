/**
 * The line buffer that is an HTTP service, with its live stream and its page.
 *
 * @module
 */
export {
  LineHostBuffer,
  type LineHostBufferOptions,
  type LineHostHandlerOptions,
} from "./line_host_buffer.ts";
export type {
  LineHostServeOptions,
  LineHostServer,
} from "./line_host_server.ts";
