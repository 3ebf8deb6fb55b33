/**
 * Any program as a step: its standard streams and the paths in its arguments are
 * files of the workflow, streamed where the program can stream.
 *
 * @module
 */
export * from "./program.ts";
export * from "./program_argument.ts";
export * from "./run_in.ts";
export * from "./run_program.ts";
export * from "./run_step_in.ts";
export { Scratch } from "./scratch.ts";
export { wholePath } from "./whole_path.ts";
