/**
 * Sources of bytes: {@linkcode openSource} turns each kind of
 * {@linkcode ByteSource} into a {@linkcode BytePuller}, with one puller a kind.
 *
 * @module
 */
export type { BytePuller, StreamPuller } from "./byte_puller.ts";
export { type ByteSource, openSource, openStream } from "./byte_source.ts";
