/**
 * Redirection of the prints of one part of a program.
 *
 * @module
 */
export { enterRedirect, redirect, type RedirectScope } from "./redirect.ts";
export { redirectStderr, redirectStdout } from "./redirect.ts";
export type { LineTarget } from "./print_target.ts";
