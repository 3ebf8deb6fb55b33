/** Options of a {@linkcode Channel}. */
export interface ChannelOptions {
  /**
   * Milliseconds after which a connection on which nothing moves, although it
   * is waited for, counts as lost.
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
   * Whether to speak TLS, and with which certificates.
   *
   * @default {false}
   */
  tls?: boolean | Deno.StartTlsOptions;
  /** Closes the channel for good when it aborts. */
  signal?: AbortSignal;
}

/** Options of a GET. */
export interface GetOptions {
  /**
   * Bytes that are received at once, 1 to 2³¹ − 1 but at most `memoryLimit`;
   * the buffer grows for a larger record.
   *
   * @default {65536}
   */
  recvBufferSize?: number;
}

/** Options of `Channel.put` and `Channel.puta`. */
export interface PutOptions {
  /**
   * The most bytes of a group of records on the wire, 1 to 2³¹ − 1; a group
   * has at least one record whatever its size.
   *
   * @default {2147483647}
   */
  maxBatchSize?: number;
  /**
   * Whether records with an invalid key are left out; else the first of them
   * ends what is sent.
   *
   * @default {false}
   */
  skipInvalid?: boolean;
}

/** Options of `Channel.writable`. */
export interface WritableOptions {
  /**
   * Whether the records bring their own acquisition time (PUTA).
   *
   * @default {false}
   */
  withAcq?: boolean;
}
