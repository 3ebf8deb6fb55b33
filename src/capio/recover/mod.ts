/**
 * Runs that were set aside: what each would publish, and its publication on
 * request. No step needs it.
 *
 * @module
 */
export * from "./recover.ts";
