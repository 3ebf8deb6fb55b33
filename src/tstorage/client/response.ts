import type { Record } from "../data/mod.ts";
import {
  noConnectionError,
  ResponseStatus,
  TStorageError,
} from "../wire/mod.ts";

/** What is known of the outcome of a request besides its status. */
export interface ResponseOptions extends ErrorOptions {
  /**
   * The name of the request, for `reason`.
   *
   * @default {"The request"}
   */
  request?: string;
}

/**
 * The outcome of a request.
 *
 * A status is easily forgotten: {@linkcode Response.orThrow} makes an error of
 * every status but `OK`.
 *
 * @example An error unless the records are stored
 * ```ts
 * import { Channel, Key, nowNs, StructPayloadType } from "@sluice/sluice/tstorage";
 *
 * const celsius = new StructPayloadType("<d");
 * await using channel = await Channel.open("localhost", 2025, celsius);
 * const response = await channel.put([
 *   { key: new Key(1, 7n, 0, nowNs()), value: 21.5 },
 * ]);
 * response.orThrow();
 * ```
 *
 * @example The status itself
 * ```ts
 * import { BytesPayloadType, Channel } from "@sluice/sluice/tstorage";
 *
 * const channel = new Channel("localhost", 2025, new BytesPayloadType());
 * const response = await channel.connect();
 * if (!response.isOk()) console.error(response.status, response.reason);
 * ```
 */
export class Response {
  /** The outcome of the request. */
  readonly status: ResponseStatus;
  readonly #cause: unknown;
  readonly #request: string;

  /**
   * An outcome with the given status.
   *
   * @param status The outcome of the request.
   * @param options The name of the request, and why there is no connection.
   */
  constructor(status: ResponseStatus, options: ResponseOptions = {}) {
    this.status = status;
    this.#cause = options.cause;
    this.#request = options.request ?? "The request";
  }

  /**
   * Why there is no connection, or none any more: an error, or the reason of the
   * signal. Nothing for other outcomes.
   */
  get cause(): unknown {
    return this.#cause;
  }

  /** The outcome in words, with what to do unless the status is `OK`. */
  get reason(): string {
    return this.#failure()?.message ?? `${this.#request} was carried out`;
  }

  /**
   * Whether the request was carried out.
   *
   * @returns Whether the status is `ResponseStatus.OK`.
   */
  isOk(): boolean {
    return this.status === ResponseStatus.OK;
  }

  /**
   * Throws unless the request was carried out.
   *
   * @returns This response, whose status is `OK`.
   * @throws {TStorageError} With the name of the status as its `code`, `reason`
   * as its message, and `cause`.
   */
  orThrow(): this {
    const failure = this.#failure();
    if (failure === undefined) return this;
    throw failure;
  }

  #failure(): TStorageError | undefined {
    const { status, cause } = this;
    if (status === ResponseStatus.OK) return undefined;
    // Of the connection itself there is no answer of a server to tell of.
    return status === ResponseStatus.ERROR && cause !== undefined
      ? noConnectionError(this.#request, cause)
      : TStorageError.ofStatus(status, this.#request, { cause });
  }
}

/**
 * The outcome of a request that asks for an acquisition time.
 *
 * @example Follow a series
 * ```ts
 * import { BytesPayloadType, Channel, Key } from "@sluice/sluice/tstorage";
 *
 * const type = new BytesPayloadType();
 * await using channel = await Channel.open("localhost", 2025, type);
 * const { acq } = (await channel.getAcq(Key.MIN, Key.MAX)).orThrow();
 * console.log(`complete up to ${acq}`);
 * ```
 */
export class ResponseAcq extends Response {
  /** Acquisition time in TStorage nanoseconds; −1 unless the status is OK. */
  readonly acq: bigint;

  /**
   * An outcome with the given status and time.
   *
   * @param status The outcome of the request.
   * @param acq Acquisition time in TStorage nanoseconds.
   * @param options The name of the request, and why there is no connection.
   */
  constructor(
    status: ResponseStatus,
    acq: bigint = -1n,
    options: ResponseOptions = {},
  ) {
    super(status, options);
    this.acq = acq;
  }
}

/**
 * The outcome of a GET, and the records that came.
 *
 * @example Keep what came before a failure
 * ```ts
 * import { Channel, Key, StructPayloadType } from "@sluice/sluice/tstorage";
 *
 * const celsius = new StructPayloadType("<d");
 * await using channel = await Channel.open("localhost", 2025, celsius);
 * const response = await channel.get(Key.MIN, Key.MAX);
 * console.log(response.data.length, "records");
 * response.orThrow();
 * ```
 */
export class ResponseGet<T> extends ResponseAcq {
  /** The records; unless the status is OK, those that came before the failure. */
  readonly data: Record<T>[];

  /**
   * An outcome with the given status, time and records.
   *
   * @param status The outcome of the request.
   * @param acq Acquisition time in TStorage nanoseconds.
   * @param data The records that came.
   * @param options The name of the request, and why there is no connection.
   */
  constructor(
    status: ResponseStatus,
    acq: bigint = -1n,
    data: Record<T>[] = [],
    options: ResponseOptions = {},
  ) {
    super(status, acq, options);
    this.data = data;
  }
}
