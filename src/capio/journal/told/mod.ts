/**
 * What users are told of: answers and readings that later events have made out
 * of date, against the order of the steps.
 *
 * @module
 */
export * from "./listings.ts";
export * from "./overwrites.ts";
export * from "./questions.ts";
export * from "./removals.ts";
export * from "./replacements.ts";
export * from "./rewrites.ts";
export * from "./stale_reads.ts";
export * from "./write_order.ts";
