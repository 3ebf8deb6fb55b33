/**
 * Enters a CAPIO context for the whole process: `deno run --preload`.
 *
 * @module
 */
export {};
