/**
 * Checkpoints: a state as text, from which it is built again.
 *
 * @module
 */
export * from "./checkpoint.ts";
