/**
 * The bytes of files: served to other machines, asked of them, kept as replicas, and
 * stored at the server.
 *
 * @module
 */
export * from "./byte_service.ts";
export * from "./fetcher.ts";
export * from "./nameless_replicas.ts";
export * from "./replicas.ts";
export * from "./served_files.ts";
export * from "./stored_files.ts";
