/**
 * Whether what lies in a directory is what sluice has put there, and copies of
 * what lies in the real one.
 *
 * @module
 */
export * from "./copied_entry.ts";
export * from "./directory_counterpart.ts";
export * from "./entry_trust.ts";
export * from "./system_check.ts";
export * from "./trusted_entry.ts";
export * from "./way.ts";
