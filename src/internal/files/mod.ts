/**
 * Files and byte streams: copied, read with one buffer, written whole, and what a
 * name leads to.
 *
 * @module
 */
export * from "./copied_file.ts";
export * from "./entry_kind.ts";
export * from "./read_available.ts";
export * from "./recycled_chunks.ts";
export * from "./sqlite_busy.ts";
export * from "./sqlite_file.ts";
export * from "./write_all.ts";
