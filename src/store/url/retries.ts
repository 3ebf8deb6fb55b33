import { delay } from "@std/async";
import { StoreError } from "../core/mod.ts";

/** The first wait is at most so long, and each further one twice as long, in ms. */
const FIRST_MILLISECONDS = 100;
/** Longest wait that a server may ask for, in ms. */
const MOST_MILLISECONDS = 60_000;

/**
 * Attempts of one request, or of one read of a value: a server that is busy, or
 * a connection that was lost, is given time, a little more each time. A part of
 * the wait is random, so that programs that were refused at the same moment do
 * not come back at the same moment.
 */
export class Retries {
  readonly #most: number;
  #made = 0;

  /** @param most Failures in a row after which there is one more attempt. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Says that the request has come forward: failures so far do not count. */
  reset(): void {
    this.#made = 0;
  }

  /**
   * Waits until the next attempt.
   *
   * @param error The error of the last attempt.
   * @param answer What the server wants, see `Retry-After` of HTTP.
   * @throws {StoreError} `error`, if there were enough attempts, or the server
   * wants to be left alone for too long.
   */
  async wait(
    error: StoreError,
    answer: Pick<Response, "headers"> | undefined,
    signal?: AbortSignal,
  ): Promise<void> {
    if (this.#made === this.#most) throw error;
    const wanted = answer === undefined ? 0 : milliseconds(answer);
    if (wanted > MOST_MILLISECONDS) throw tooLong(error, wanted);
    const most = FIRST_MILLISECONDS * 2 ** this.#made++;
    await delay(wanted + most * (1 + Math.random()) / 2, { signal });
  }
}

/** `Retry-After` has seconds, or a date by the clock of the server. */
function milliseconds({ headers }: Pick<Response, "headers">): number {
  const retryAfter = headers.get("Retry-After");
  if (retryAfter === null) return 0;
  if (/^\s*\d+\s*$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const now = Date.parse(headers.get("Date") ?? "");
  const until = Date.parse(retryAfter) - (Number.isNaN(now) ? Date.now() : now);
  return Number.isNaN(until) ? 0 : Math.max(0, until);
}

function tooLong({ message, cause }: StoreError, wanted: number): StoreError {
  const seconds = Math.ceil(wanted / 1000);
  return new StoreError(
    "HTTP",
    `${message}: the server wants no request for ${seconds} seconds`,
    { cause },
  );
}
