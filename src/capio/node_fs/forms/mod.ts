/**
 * The shapes of Node's calls: arguments, flags, the forms with a callback, a
 * promise or none, errors in Node's words, and the original functions.
 *
 * @module
 */
export * from "./arguments.ts";
export * from "./callback_form.ts";
export * from "./flags.ts";
export * from "./node_error.ts";
export * from "./node_forms.ts";
export * from "./original_fs.ts";
export * from "./path_argument.ts";
export * from "./path_encoding.ts";
export * from "./read_request.ts";
