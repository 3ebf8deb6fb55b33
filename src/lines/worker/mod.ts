/**
 * The line buffer of a program's workers and child processes, and the mirror of
 * a worker.
 *
 * @module
 */
export { LineProcBuffer } from "./line_proc_buffer.ts";
export {
  LineProcMirror,
  type LineProcMirrorOptions,
} from "./line_proc_mirror.ts";
