/**
 * The functions of the runtime as they were before any of them was replaced, and
 * what a program does with its thread: its turns, its end, its permissions.
 *
 * @module
 */
export * from "./builtin.ts";
export * from "./copies.ts";
export * from "./ending.ts";
export * from "./environment.ts";
export * from "./existence.ts";
export * from "./revocations.ts";
export * from "./runtime_clock.ts";
export * from "./system.ts";
export * from "./turns.ts";
