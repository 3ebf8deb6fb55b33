/**
 * Checkpoints: a state as text, from which it is built again.
 *
 * @module
 */
export * from "./carry_over.ts";
export * from "./checkpoint.ts";
