/**
 * What the mirrors of every kind have in common, and the buffers that they
 * write to: text in, posts out, prompts to stop.
 *
 * @module
 */
export {
  LineMirror,
  type LineMirrorOptions,
  type MirrorScope,
} from "./line_mirror.ts";
export type { MirrorTransport } from "./mirror_transport.ts";
export { MirroredLineBuffer } from "./mirrored_line_buffer.ts";
export { refusesPost, storePost } from "./stored_posts.ts";
