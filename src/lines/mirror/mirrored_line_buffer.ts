import { LineBuffer } from "../buffer/mod.ts";
import type { MirrorPost } from "../protocol/mod.ts";

/**
 * A line buffer that mirrors elsewhere write to, and that can ask them to
 * stop: what {@linkcode LineHostBuffer} and {@linkcode LineProcBuffer} have in
 * common.
 */
export abstract class MirroredLineBuffer extends LineBuffer {
  #mirrorsStopped = false;

  /** Whether the mirrors are asked to stop. */
  get mirrorsStopped(): boolean {
    return this.#mirrorsStopped;
  }

  /** Asks all mirrors to stop: their next write fails. */
  stopAllMirrors(): void {
    this.#mirrorsStopped = true;
  }

  /** Lets the mirrors write again. */
  resetStates(): void {
    this.#mirrorsStopped = false;
  }

  /**
   * Whether a post is refused: one that writes while the mirrors should stop.
   *
   * @param post What a mirror asks.
   * @returns Whether to refuse it.
   */
  protected refuses(post: MirrorPost): boolean {
    return this.#mirrorsStopped && post.type !== "close";
  }

  /**
   * Does what a mirror asks.
   *
   * @param post What it asks.
   * @param writer Whose last line is concerned.
   */
  protected store(post: MirrorPost, writer: string): void {
    switch (post.type) {
      case "str":
        this.write(post.text, writer);
        break;
      case "message":
        this.append(post.message, writer);
        break;
      case "close":
        this.newLine(writer);
        break;
    }
  }
}
