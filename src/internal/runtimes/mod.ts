/**
 * What differs from runtime to runtime: which one it is, its errors, its turns and
 * timers, and what it lacks.
 *
 * @module
 */
export * from "./deno_errors.ts";
export * from "./deno_version.ts";
export * from "./event_loop.ts";
export * from "./needs_deno.ts";
export * from "./runtime.ts";
export * from "./sqlite_library.ts";
export * from "./timers.ts";
