/**
 * The processes of the system, as far as programs concern them: what a program
 * has started, who has its outputs open, and how often its pipes are.
 *
 * @module
 */
export * from "./descendants.ts";
export * from "./holders.ts";
export * from "./pipe_readers.ts";
