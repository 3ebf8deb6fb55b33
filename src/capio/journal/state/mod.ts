/**
 * The state of a workflow, and the questions that it answers.
 *
 * @module
 */
export * from "./awaits.ts";
export * from "./completion.ts";
export * from "./deadlock.ts";
export * from "./homes.ts";
export * from "./known_files.ts";
export * from "./known_path.ts";
export * from "./member_set.ts";
export * from "./order.ts";
export * from "./readers.ts";
export * from "./rewrites.ts";
export * from "./sized_readings.ts";
export * from "./state.ts";
export * from "./steps.ts";
