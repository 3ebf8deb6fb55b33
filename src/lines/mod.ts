/**
 * Line buffers and their mirrors, which carry what a process prints elsewhere.
 *
 * @module
 */
export * from "./grouped_message.ts";
export * from "./line_buffer.ts";
export type { HostClientOptions } from "./host_client.ts";
export type { LineEvent } from "./line_events.ts";
export * from "./line_file_buffer.ts";
export * from "./line_host_buffer.ts";
export * from "./line_host_mirror.ts";
export * from "./line_host_reader.ts";
export type { LineHostServer } from "./line_host_server.ts";
export * from "./line_mirror.ts";
export * from "./line_proc_buffer.ts";
export * from "./line_proc_mirror.ts";
export * from "./lines_error.ts";
export { type LineTarget, redirectStderr, redirectStdout } from "./redirect.ts";
export type { MirrorPost } from "./protocol.ts";
