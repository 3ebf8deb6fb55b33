/**
 * One source of bytes split into several streams, in bounded memory.
 *
 * @module
 */
export { tee, type TeeOptions } from "./tee.ts";
