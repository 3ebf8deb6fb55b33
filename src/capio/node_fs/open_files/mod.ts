/**
 * Files that are open through `node:fs`: descriptors, `FileHandle`s and streams,
 * what reads and writes them, and who else holds them.
 *
 * @module
 */
export * from "./descriptors.ts";
export * from "./open_files.ts";
export * from "./openers.ts";
export * from "./opening.ts";
export * from "./streams.ts";
export * from "./writes.ts";
