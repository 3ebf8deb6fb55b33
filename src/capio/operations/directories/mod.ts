/**
 * Calls on directories and on the names in them: made, listed, renamed, removed.
 *
 * @module
 */
export * from "./directory_iterator.ts";
export * from "./listing.ts";
export * from "./mkdir.ts";
export * from "./read_dir.ts";
export * from "./remove.ts";
export * from "./rename.ts";
export * from "./stale_counterpart.ts";
export * from "./tree_rights.ts";
