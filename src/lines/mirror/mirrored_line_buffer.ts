import { LineBuffer } from "../buffer/mod.ts";

/**
 * A line buffer that mirrors elsewhere write to, and that can ask them to stop:
 * the common part of {@linkcode LineHostBuffer} and {@linkcode LineProcBuffer}.
 *
 * @example Stop the writers of any such buffer
 * ```ts
 * import { LineHostBuffer, type MirroredLineBuffer } from "@sluice/sluice/lines";
 *
 * function stopAfter(buffer: MirroredLineBuffer, milliseconds: number): void {
 *   setTimeout(() => buffer.stopAllMirrors(), milliseconds);
 * }
 *
 * stopAfter(new LineHostBuffer(), 60_000);
 * ```
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
