/**
 * A look at a workflow from outside: its status, once or again and again, and
 * the picture of who wrote and read what.
 *
 * @module
 */
export * from "./machine_status.ts";
export * from "./observer.ts";
export * from "./status.ts";
export * from "./timeline.ts";
export * from "./timeline_intervals.ts";
export * from "./warnings.ts";
export * from "./workflow_names.ts";
