/** Options of a {@linkcode Channel}. */
export interface ChannelOptions {
  /**
   * Milliseconds after which a connection counts as lost on which a request
   * waits and no byte moves.
   *
   * @default {Infinity}
   */
  timeout?: number;
  /**
   * The most bytes that a GET holds at once: the whole answer for
   * `Channel.get`, a batch or a buffer for the others.
   *
   * @default {Infinity}
   */
  memoryLimit?: number;
  /**
   * Whether to use TLS, and with which certificates.
   *
   * @default {false}
   */
  tls?: boolean | Deno.StartTlsOptions;
  /** Closes the channel for good when it aborts. */
  signal?: AbortSignal;
}

/** Options of `Channel.over`, whose streams are connected already. */
export type ChannelOverOptions = Omit<ChannelOptions, "tls">;

/** Options of every call that waits for the server. */
export interface RequestOptions {
  /**
   * Gives up the request when it aborts: the call rejects, or the stream fails,
   * with the reason of the signal.
   *
   * A request that still waits for its turn leaves the connection alone. One
   * that was sent closes it, because the protocol has no other way to end a
   * request; `connect` again for the next one.
   */
  signal?: AbortSignal;
}

/** Options of a GET. */
export interface GetOptions extends RequestOptions {
  /**
   * Bytes of the buffer that receives the answer, 1 to 2³¹ − 1 but at most
   * `memoryLimit`; it grows for a larger record.
   *
   * @default {65536}
   */
  recvBufferSize?: number;
}

/** Options of `Channel.put` and `Channel.puta`. */
export interface PutOptions extends RequestOptions {
  /**
   * The most bytes of a group of records on the wire, 1 to 2³¹ − 1; a group
   * always has at least one record.
   *
   * @default {2147483647}
   */
  maxBatchSize?: number;
  /**
   * Whether to skip records with an invalid key; else sending stops at the
   * first of them.
   *
   * @default {false}
   */
  skipInvalid?: boolean;
}

/** Options of `Channel.writable`. */
export interface WritableOptions extends RequestOptions {
  /**
   * Whether the records have their own acquisition time (PUTA).
   *
   * @default {false}
   */
  withAcq?: boolean;
}
