import type { MirrorPost } from "../protocol/mod.ts";
import type { MirroredLineBuffer } from "./mirrored_line_buffer.ts";

/** Returns whether a buffer refuses a post, because mirrors should stop. */
export function refusesPost(
  buffer: MirroredLineBuffer,
  post: MirrorPost,
): boolean {
  return buffer.mirrorsStopped && post.type !== "close";
}

/** Carries out a post of the given writer. */
export function storePost(
  buffer: MirroredLineBuffer,
  post: MirrorPost,
  writer: string,
): void {
  switch (post.type) {
    case "str":
      buffer.write(post.text, writer);
      break;
    case "message":
      buffer.append(post.message, writer);
      break;
    case "close":
      buffer.newLine(writer);
      break;
    default:
      post satisfies never;
  }
}
