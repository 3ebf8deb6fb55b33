import { ResponseStatus } from "./response.ts";

/**
 * Why a stream of records failed.
 *
 * @example Usage
 * ```ts
 * import {
 *   BytesPayloadType,
 *   Channel,
 *   Key,
 *   ResponseStatus,
 *   TStorageError,
 * } from "@sluice/sluice/tstorage";
 *
 * const channel = new Channel("localhost", 2025, new BytesPayloadType());
 * try {
 *   for await (const { key } of channel.records(Key.MIN, Key.MAX)) console.log(key);
 * } catch (error) {
 *   if (!(error instanceof TStorageError)) throw error;
 *   if (error.code === ResponseStatus.DISCONNECTED) console.log("Try again");
 * }
 * ```
 */
export class TStorageError extends Error {
  /** The class's name. */
  override readonly name: string = "TStorageError";
  /** What became of the request. */
  readonly code: ResponseStatus;

  /**
   * An error for a request that ended with the given status.
   *
   * @param code What became of the request.
   * @param request The request, for instance `GET`.
   */
  constructor(code: ResponseStatus, request: string) {
    super(`${request} failed with ${ResponseStatus[code]}: ${REASONS[code]}`);
    this.code = code;
  }
}

const REASONS: { readonly [status in ResponseStatus]: string } = {
  [ResponseStatus.OK]: "nothing went wrong",
  [ResponseStatus.ERROR]: "the server refused it, check the keys",
  [ResponseStatus.DISCONNECTED]:
    "there is no connection any more, connect again",
  [ResponseStatus.BAD_REQUEST]: "the server refused it, check the keys",
  [ResponseStatus.UNPARSEABLE_ENTITY]:
    "a record does not parse, check the payload type",
  [ResponseStatus.NO_MEMORY]: "it is larger than memoryLimit, raise the limit",
};
