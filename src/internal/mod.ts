/**
 * Small pieces that several modules need and that no user sees: checks of
 * arguments, what differs from runtime to runtime, files and byte streams, texts,
 * what has to do with the web; and maps for a million keys, replacing and
 * restoring global properties, classes and functions that several copies of the
 * package share.
 *
 * @module
 */
export * from "./checks/mod.ts";
export * from "./compact_map.ts";
export * from "./files/mod.ts";
export * from "./runtimes/mod.ts";
export * from "./same_name.ts";
export * from "./shared_class.ts";
export * from "./shared_replacement.ts";
export * from "./small_map.ts";
export * from "./text/mod.ts";
export * from "./web/mod.ts";
