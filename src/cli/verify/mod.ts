/**
 * Whether the steps of a workflow give the same at once as in order: copies of
 * its directory, and the comparison of what the runs leave in them.
 *
 * @module
 */
export * from "./compared_runs.ts";
export * from "./comparison.ts";
export * from "./directory_copy.ts";
export * from "./plan_copy.ts";
export * from "./verdict.ts";
