import type { MirrorPost } from "../protocol/mod.ts";

/** Brings what a mirror writes to its buffer. */
export interface MirrorTransport {
  /**
   * Brings one post, and is not called again before it is settled.
   *
   * @returns Resolves when the buffer has it.
   */
  deliver(post: MirrorPost): Promise<void>;
  /** Rejects with {@linkcode StopIteration} if the mirror should stop. */
  checkStates(signal?: AbortSignal): Promise<void>;
  /**
   * Releases what it holds, and fails what is under way for the given reason.
   * Only the first call does anything.
   */
  close(reason?: unknown): void;
}
