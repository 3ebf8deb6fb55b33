/**
 * Checks of arguments in one wording, and traces that begin where a user called.
 *
 * @module
 */
export * from "./argument_checks.ts";
export * from "./caller_stack.ts";
export * from "./inspect.ts";
export * from "./machine_name.ts";
