/**
 * Line buffers and their mirrors show the output of a program elsewhere while
 * the program runs. A buffer keeps the last lines; mirrors, which may be in
 * other workers, processes or machines, write to it.
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
 * {@linkcode LineMirror.run} send the prints of a function to a buffer.
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
  LineBuffer,
  type LineBufferOptions,
  type LineEvent,
  type LineEventsOptions,
  LineIO,
  type LineItem,
  LinesError,
  type LinesErrorCode,
  type LinesErrorOptions,
  type LiveLinesOptions,
  type MessageType,
  type SerializedMessage,
  StopIteration,
  type WaitOptions,
} from "./buffer/mod.ts";
export {
  type LineTarget,
  redirectStderr,
  redirectStdout,
} from "./capture/mod.ts";
export {
  type HostClientOptions,
  LineHostMirror,
  type LineHostMirrorOptions,
  LineHostReader,
} from "./client/mod.ts";
export { LineFileBuffer, type LineFileBufferOptions } from "./file/mod.ts";
export {
  LineHostBuffer,
  type LineHostBufferOptions,
  type LineHostHandlerOptions,
  type LineHostServeOptions,
  type LineHostServer,
} from "./host/mod.ts";
export {
  LineMirror,
  type LineMirrorOptions,
  MirroredLineBuffer,
  type MirrorRunOptions,
  type MirrorScope,
  type MirrorScopeOptions,
} from "./mirror/mod.ts";
export {
  LineProcBuffer,
  LineProcMirror,
  type LineProcMirrorOptions,
} from "./worker/mod.ts";
