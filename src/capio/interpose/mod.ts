/**
 * What takes the place of the calls of `Deno`: the table of the calls, the
 * contexts that are active where a call is made, and the forms in which an
 * operation is called.
 *
 * @module
 */
export * from "./active_contexts.ts";
export * from "./deno_calls.ts";
export * from "./finder.ts";
export * from "./forms.ts";
export * from "./options_argument.ts";
export * from "./plan.ts";
