/**
 * Paths below one directory, and where they lead.
 *
 * @module
 */
export * from "./directory_names.ts";
export * from "./entry_path.ts";
export * from "./file_system.ts";
export * from "./path_text.ts";
export * from "./path_resolver.ts";
export * from "./real_directory.ts";
export * from "./relative_path.ts";
export * from "./system_directory.ts";
