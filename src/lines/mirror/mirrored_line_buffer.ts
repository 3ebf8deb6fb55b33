import { LineBuffer } from "../buffer/mod.ts";

/**
 * A line buffer that mirrors elsewhere write to, and that can ask them to stop:
 * the common part of {@linkcode LineHostBuffer} and {@linkcode LineProcBuffer}.
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
}
