/**
 * One member's view of the workflow's directory: the spool tree laid over the
 * real one, the waiting for what other members are still writing, and files
 * that wait at their end.
 *
 * @module
 */
export * from "./growing_file.ts";
export * from "./growing_file_reader.ts";
export * from "./place.ts";
export * from "./read_file.ts";
export * from "./read_handles.ts";
export * from "./rights.ts";
export * from "./turns.ts";
export * from "./view.ts";
export * from "./workspace.ts";
export * from "./writing.ts";
export * from "./written_file.ts";
