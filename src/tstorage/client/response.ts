import type { Record } from "../data/record.ts";

/** How a request ended. */
export enum ResponseStatus {
  /** It was done. */
  OK = 0,
  /** The server refused it or answered against the protocol; or, of `connect`, there is no connection. */
  ERROR = -1,
  /** There was no connection, or it was lost or timed out before the answer was whole. */
  DISCONNECTED = 128,
  /** The server refused a GET. */
  BAD_REQUEST = 129,
  /** A record of the answer is malformed, or its payload does not parse. */
  UNPARSEABLE_ENTITY = 130,
  /** The answer, or one record of it, is larger than `memoryLimit`. */
  NO_MEMORY = 131,
}

/**
 * How a request ended.
 *
 * @example Usage
 * ```ts
 * import { BytesPayloadType, Channel } from "@sluice/sluice/tstorage";
 *
 * const channel = new Channel("localhost", 2025, new BytesPayloadType());
 * const response = await channel.connect();
 * if (!response.isOk()) console.error("No server there", response.status);
 * ```
 */
export class Response {
  /** What became of the request. */
  readonly status: ResponseStatus;

  /**
   * An answer with the given status.
   *
   * @param status What became of the request.
   */
  constructor(status: ResponseStatus) {
    this.status = status;
  }

  /**
   * Whether the request was done.
   *
   * @returns Whether the status is `ResponseStatus.OK`.
   */
  isOk(): boolean {
    return this.status === ResponseStatus.OK;
  }
}

/** How a request ended that asks for an acquisition time. */
export class ResponseAcq extends Response {
  /** Acquisition time in TStorage nanoseconds; −1 unless the status is OK. */
  readonly acq: bigint;

  /**
   * An answer with the given status and time.
   *
   * @param status What became of the request.
   * @param acq Acquisition time in TStorage nanoseconds.
   */
  constructor(status: ResponseStatus, acq: bigint = -1n) {
    super(status);
    this.acq = acq;
  }
}

/** How a GET ended, and the records that came. */
export class ResponseGet<T> extends ResponseAcq {
  /** The records; those that came before the failure unless the status is OK. */
  readonly data: Record<T>[];

  /**
   * An answer with the given status, time and records.
   *
   * @param status What became of the request.
   * @param acq Acquisition time in TStorage nanoseconds.
   * @param data The records that came.
   */
  constructor(
    status: ResponseStatus,
    acq: bigint = -1n,
    data: Record<T>[] = [],
  ) {
    super(status, acq);
    this.data = data;
  }
}
