import type { Record } from "../data/mod.ts";
import { ResponseStatus } from "../wire/mod.ts";

/**
 * The outcome of a request.
 *
 * @example Usage
 * ```ts
 * import { BytesPayloadType, Channel } from "@sluice/sluice/tstorage";
 *
 * const channel = new Channel("localhost", 2025, new BytesPayloadType());
 * const response = await channel.connect();
 * if (!response.isOk()) console.error(response.cause);
 * ```
 */
export class Response {
  /** The outcome of the request. */
  readonly status: ResponseStatus;
  readonly #cause: unknown;

  /**
   * An outcome with the given status.
   *
   * @param status The outcome of the request.
   * @param options Why there is no connection.
   */
  constructor(status: ResponseStatus, options: ErrorOptions = {}) {
    this.status = status;
    this.#cause = options.cause;
  }

  /**
   * Why there is no connection, or none any more: an error, or the reason of the
   * signal. Nothing for other outcomes.
   */
  get cause(): unknown {
    return this.#cause;
  }

  /**
   * Whether the request was carried out.
   *
   * @returns Whether the status is `ResponseStatus.OK`.
   */
  isOk(): boolean {
    return this.status === ResponseStatus.OK;
  }
}

/** The outcome of a request that asks for an acquisition time. */
export class ResponseAcq extends Response {
  /** Acquisition time in TStorage nanoseconds; −1 unless the status is OK. */
  readonly acq: bigint;

  /**
   * An outcome with the given status and time.
   *
   * @param status The outcome of the request.
   * @param acq Acquisition time in TStorage nanoseconds.
   * @param options Why there is no connection.
   */
  constructor(
    status: ResponseStatus,
    acq: bigint = -1n,
    options: ErrorOptions = {},
  ) {
    super(status, options);
    this.acq = acq;
  }
}

/** The outcome of a GET, and the records that came. */
export class ResponseGet<T> extends ResponseAcq {
  /** The records; unless the status is OK, those that came before the failure. */
  readonly data: Record<T>[];

  /**
   * An outcome with the given status, time and records.
   *
   * @param status The outcome of the request.
   * @param acq Acquisition time in TStorage nanoseconds.
   * @param data The records that came.
   * @param options Why there is no connection.
   */
  constructor(
    status: ResponseStatus,
    acq: bigint = -1n,
    data: Record<T>[] = [],
    options: ErrorOptions = {},
  ) {
    super(status, acq, options);
    this.data = data;
  }
}
