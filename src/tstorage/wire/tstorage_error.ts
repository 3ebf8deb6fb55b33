import { connectionFailure } from "../../internal/mod.ts";
import {
  ResponseStatus,
  type ResponseStatusName,
  statusName,
} from "./response_status.ts";

/**
 * The reason of a {@linkcode TStorageError}: the name of a
 * {@linkcode ResponseStatus}, or `CANNOT_OPEN` for a file that is no database.
 */
export type TStorageErrorCode =
  | Exclude<ResponseStatusName, "OK">
  | "CANNOT_OPEN";

/**
 * The failure of a request, of a stream of records, or of opening a database.
 *
 * @example Connect again after a lost connection
 * ```ts
 * import {
 *   BytesPayloadType,
 *   Channel,
 *   Key,
 *   TStorageError,
 * } from "@sluice/sluice/tstorage";
 *
 * const type = new BytesPayloadType();
 * await using channel = await Channel.open("localhost", 2025, type);
 * try {
 *   for await (const { key } of channel.records(Key.MIN, Key.MAX)) console.log(key);
 * } catch (error) {
 *   if (!(error instanceof TStorageError)) throw error;
 *   if (error.code !== "DISCONNECTED") throw error;
 *   (await channel.connect()).orThrow();
 * }
 * ```
 */
export class TStorageError extends Error {
  /** The class's name. */
  override readonly name: string = "TStorageError";
  /** The reason. */
  readonly code: TStorageErrorCode;
  /** The number of the reason in the protocol, if it has one. */
  readonly status: ResponseStatus | undefined;

  /**
   * An error with the given reason and message.
   *
   * @param code The reason.
   * @param message What failed, why, and what to do.
   * @param options The error that caused this one.
   */
  constructor(
    code: TStorageErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.status = code === "CANNOT_OPEN" ? undefined : ResponseStatus[code];
  }

  /**
   * The error for a request that ended with a status other than `OK`.
   *
   * @param status The outcome of the request.
   * @param request The request, for instance `GET`.
   * @param options Why the connection was lost.
   * @returns An error whose message says what to do.
   */
  static ofStatus(
    status: Exclude<ResponseStatus, typeof ResponseStatus.OK>,
    request: string,
    { cause }: ErrorOptions = {},
  ): TStorageError {
    const code = statusName(status) as Exclude<ResponseStatusName, "OK">;
    const message = `${request} failed with ${code}: ${REASONS[code]}`;
    if (code !== "DISCONNECTED" || cause === undefined) {
      return new TStorageError(code, message);
    }
    return new TStorageError(code, `${message} (${lossOf(cause)})`, { cause });
  }
}

/**
 * Makes the error of a request for which there is no connection.
 *
 * @param request The request, for instance `connect`.
 * @param cause Why there is none; where this says all there is to say, it is the
 * error.
 */
export function noConnectionError(
  request: string,
  cause: unknown,
): TStorageError {
  if (cause instanceof TStorageError) return cause;
  const message = `${request} failed with ERROR: ${lossOf(cause)}`;
  return new TStorageError("ERROR", message, { cause });
}

/** Why a connection was lost, as a part of a sentence. */
function lossOf(cause: unknown): string {
  if (cause instanceof TStorageError) return cause.message;
  const reason = connectionFailure(cause);
  return reason.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

const REASONS: { readonly [N in Exclude<ResponseStatusName, "OK">]: string } = {
  ERROR: "the server refused it, check the keys and the room on its disk",
  DISCONNECTED: "the connection is lost, connect again",
  BAD_REQUEST: "the server refused it, check the keys",
  UNPARSEABLE_ENTITY: "a record does not parse, check the payload type",
  NO_MEMORY: "it is larger than memoryLimit, raise the limit",
};
