/**
 * A store in a directory. Each key has a record file with its metadata and the
 * bytes of a small value; a larger value has its bytes in a blob beside it.
 *
 * @module
 */
export * from "./file_store.ts";
