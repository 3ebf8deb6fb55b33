import { outOfRange } from "../../internal/mod.ts";

/** The outcome of a request, as one of the numbers in {@linkcode ResponseStatus}. */
export type ResponseStatus = typeof ResponseStatus[ResponseStatusName];

/** The name of a status. */
export type ResponseStatusName = keyof typeof ResponseStatus;

/**
 * The outcomes of a request.
 *
 * @example Tell two failures apart
 * ```ts
 * import {
 *   BytesPayloadType,
 *   Channel,
 *   Key,
 *   ResponseStatus,
 *   statusName,
 * } from "@sluice/sluice/tstorage";
 *
 * const channel = new Channel("localhost", 2025, new BytesPayloadType());
 * const { status } = await channel.get(Key.MIN, Key.MAX);
 * if (status === ResponseStatus.DISCONNECTED) await channel.connect();
 * else console.log(statusName(status));
 * ```
 */
export const ResponseStatus: {
  /** The request was carried out. */
  readonly OK: 0;
  /** The server refused it or broke the protocol; or, of `connect`, there is no connection. */
  readonly ERROR: -1;
  /** There was no connection, or it was lost or timed out before the answer was whole. */
  readonly DISCONNECTED: 128;
  /** The server refused a GET. */
  readonly BAD_REQUEST: 129;
  /** A record of the answer is malformed, or its payload does not parse. */
  readonly UNPARSEABLE_ENTITY: 130;
  /** The answer, or one record of it, is larger than `memoryLimit`. */
  readonly NO_MEMORY: 131;
} = {
  OK: 0,
  ERROR: -1,
  DISCONNECTED: 128,
  BAD_REQUEST: 129,
  UNPARSEABLE_ENTITY: 130,
  NO_MEMORY: 131,
};

const NAMES = new Map(
  Object.entries(ResponseStatus).map(([name, status]) => [status, name]),
) as ReadonlyMap<ResponseStatus, ResponseStatusName>;

/**
 * The name of a status, for instance `"OK"` of 0.
 *
 * @param status One of the numbers in {@linkcode ResponseStatus}.
 * @returns Its name there.
 * @throws {RangeError} If it is another number.
 */
export function statusName(status: ResponseStatus): ResponseStatusName {
  const name = NAMES.get(status);
  if (name !== undefined) return name;
  throw outOfRange("status", "a number in ResponseStatus", status);
}
