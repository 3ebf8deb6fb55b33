/** Any source of bytes, as one thing to pull from. */
export interface BytePuller {
  /**
   * Fills the start of `into`, which has room for at least one byte, and
   * returns the number of bytes filled: 0 only at the end. It is no promise
   * when the bytes are there at once.
   */
  pull(into: Uint8Array): number | Promise<number>;
  /** Whether there are bytes, or the end, that need not be waited for. */
  readonly ready: boolean;
  /** Lets go of a source that has not come to its end. */
  cancel(reason: unknown): Promise<void>;
}

/** A stream as a thing to pull from, which can also fill the puller's buffer. */
export interface StreamPuller extends BytePuller {
  /**
   * Fills the start of `view` and returns the part that is filled, empty only
   * at the end. The buffer of `view` passes to the stream and comes back with
   * the result, except at the end and with an error.
   */
  fill(view: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}
