/**
 * Redirection of what a part of the program prints, and of nothing else.
 *
 * @module
 */
export { enterRedirect, redirect, type RedirectScope } from "./redirect.ts";
export { redirectStderr, redirectStdout } from "./redirect.ts";
export type { LineTarget } from "./print_target.ts";
