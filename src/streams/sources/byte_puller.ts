/** The one interface to every kind of source of bytes. */
export interface BytePuller {
  /**
   * Fills the start of `into`, which has room for at least one byte, and
   * returns the number of bytes filled: 0 only at the end. The result is a
   * promise only when the bytes have to be waited for.
   */
  pull(into: Uint8Array): number | Promise<number>;
  /** True when the next pull need not wait for bytes or the end. */
  readonly ready: boolean;
  /** Releases a source that has not come to its end. */
  cancel(reason: unknown): Promise<void>;
}

/** A puller of a stream, which can also read into a buffer that it takes over. */
export interface StreamPuller extends BytePuller {
  /**
   * Fills the start of `view` and returns the part that is filled, empty only
   * at the end. The buffer of `view` passes to the stream and comes back with
   * the result, except at the end and with an error.
   */
  fill(view: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}
