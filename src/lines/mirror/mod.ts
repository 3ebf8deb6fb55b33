/**
 * The common part of all mirrors, from the text that is written to the posts
 * that are delivered, and of the buffers that mirrors write to.
 *
 * @module
 */
export {
  LineMirror,
  type LineMirrorOptions,
  type MirrorRunOptions,
  type MirrorScope,
  type MirrorScopeOptions,
} from "./line_mirror.ts";
export type { MirrorTransport } from "./mirror_transport.ts";
export { MirroredLineBuffer } from "./mirrored_line_buffer.ts";
export { refusesPost, storePost } from "./stored_posts.ts";
