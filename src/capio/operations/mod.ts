/**
 * What the calls on files do to paths inside a workspace: one generator for
 * each call, run asynchronously or synchronously. Those that `node:fs` has too
 * take the function that makes the last step as an argument.
 *
 * @module
 */
export * from "./access.ts";
export * from "./at_location.ts";
export * from "./attributes.ts";
export * from "./beginning.ts";
export * from "./chdir.ts";
export * from "./copy.ts";
export * from "./endpoint.ts";
export * from "./links.ts";
export * from "./listing.ts";
export * from "./mkdir.ts";
export * from "./open.ts";
export * from "./opener.ts";
export * from "./read_dir.ts";
export * from "./read_file.ts";
export * from "./remove.ts";
export * from "./rename.ts";
export * from "./stale_counterpart.ts";
export * from "./stat.ts";
export * from "./temporary.ts";
export * from "./tree_rights.ts";
export * from "./watch_fs.ts";
export * from "./write_file.ts";
