/**
 * What the calls on files do to paths inside a workspace: one generator for
 * each call, run asynchronously or synchronously. Those that `node:fs` has too
 * take the function that makes the last step as an argument.
 *
 * @module
 */
export * from "./attributes.ts";
export * from "./chdir.ts";
export * from "./copy.ts";
export * from "./directories/mod.ts";
export * from "./finding/mod.ts";
export * from "./links.ts";
export * from "./open.ts";
export * from "./read_file.ts";
export * from "./watch_fs.ts";
export * from "./writing/mod.ts";
