/**
 * Any source of bytes as one thing to pull from: `openSource` turns what a
 * {@linkcode ByteSource} may be into a `BytePuller`.
 *
 * @module
 */
export type { BytePuller, StreamPuller } from "./byte_puller.ts";
export { type ByteSource, openSource, openStream } from "./byte_source.ts";
