/**
 * What all of CAPIO stands on: the functions of the runtime as they were before
 * any of them was replaced, operations that run asynchronously and
 * synchronously, locks, wake-ups, and paths below one directory.
 *
 * @module
 */
export * from "./builtin.ts";
export * from "./capio_error.ts";
export * from "./copied_entry.ts";
export * from "./copies.ts";
export * from "./directory_counterpart.ts";
export * from "./effects.ts";
export * from "./ending.ts";
export * from "./entry_path.ts";
export * from "./entry_trust.ts";
export * from "./environment.ts";
export * from "./file_system.ts";
export * from "./lock.ts";
export * from "./lock_holder.ts";
export * from "./never_created.ts";
export * from "./path_text.ts";
export * from "./paths.ts";
export * from "./real_directory.ts";
export * from "./relative_path.ts";
export * from "./revocations.ts";
export * from "./runtime_clock.ts";
export * from "./system.ts";
export * from "./system_check.ts";
export * from "./system_directory.ts";
export * from "./trusted_entry.ts";
export * from "./turns.ts";
export * from "./wakeups.ts";
export * from "./way.ts";
