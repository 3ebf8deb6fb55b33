/**
 * Line buffers and their mirrors: what a program prints, seen from elsewhere
 * while it runs. A buffer keeps the last lines; mirrors, which may be in other
 * workers, processes or machines, write to it.
 *
 * | where the writers are | the buffer | writes to it |
 * | --- | --- | --- |
 * | in the same program | {@linkcode LineBuffer} | itself |
 * | in workers, child processes | {@linkcode LineProcBuffer} | {@linkcode LineProcMirror} |
 * | in processes with the same files | {@linkcode LineFileBuffer} | itself |
 * | anywhere, over HTTP | {@linkcode LineHostBuffer} | {@linkcode LineHostMirror} |
 *
 * A {@linkcode LineHostReader} reads a host from elsewhere, and the host's page
 * shows the lines in a browser. {@linkcode redirectStdout} and
 * {@linkcode LineMirror.run} send what a function prints to a buffer.
 *
 * ```ts
 * import { LineHostBuffer, LineHostMirror } from "@sluice/sluice/lines";
 *
 * const host = new LineHostBuffer({ maxlen: 1_000 });
 * await using server = host.serve({ hostname: "127.0.0.1", port: 5000 });
 *
 * await using mirror = new LineHostMirror("http://localhost:5000/sync-stream");
 * await mirror.run(() => console.log("seen at /sync-stream/view"));
 * console.log(host.read()); // ["seen at /sync-stream/view"]
 * ```
 *
 * Semantics and wire protocol are those of syncstream 1.2 (Python), with which
 * hosts and mirrors can be mixed, and file buffers of layout `"files"`.
 *
 * @module
 */
export {
  GroupedMessage,
  type LineItem,
  type MessageType,
  type SerializedMessage,
} from "./buffer/grouped_message.ts";
export * from "./buffer/line_buffer.ts";
export type { HostClientOptions } from "./client/host_client.ts";
export type { LineEvent } from "./buffer/line_events.ts";
export * from "./file/line_file_buffer.ts";
export * from "./host/line_host_buffer.ts";
export * from "./client/line_host_mirror.ts";
export * from "./client/line_host_reader.ts";
export type { LineHostServer } from "./host/line_host_server.ts";
export * from "./buffer/line_io.ts";
export * from "./mirror/line_mirror.ts";
export * from "./worker/line_proc_buffer.ts";
export * from "./worker/line_proc_mirror.ts";
export * from "./buffer/lines_error.ts";
export {
  type LineTarget,
  redirectStderr,
  redirectStdout,
} from "./capture/redirect.ts";
export * from "./mirror/mirrored_line_buffer.ts";
export type { MirrorPost } from "./protocol/protocol.ts";
