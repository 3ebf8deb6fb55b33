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
 * if (!response.isOk()) console.error("No server there", response.status);
 * ```
 */
export class Response {
  /** The outcome of the request. */
  readonly status: ResponseStatus;

  /**
   * An outcome with the given status.
   *
   * @param status The outcome of the request.
   */
  constructor(status: ResponseStatus) {
    this.status = status;
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
   */
  constructor(status: ResponseStatus, acq: bigint = -1n) {
    super(status);
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
