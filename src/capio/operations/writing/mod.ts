/**
 * How a file comes to be written: created, opened or copied up into the spool,
 * and told to the other members.
 *
 * @module
 */
export * from "./begin_writing.ts";
export * from "./beginning.ts";
export * from "./claimed_name.ts";
export * from "./copy_up.ts";
export * from "./linked_names.ts";
export * from "./opener.ts";
export * from "./temporary.ts";
export * from "./write_file.ts";
