/** The reason of a {@linkcode NatsError}. */
export type NatsErrorCode =
  | "CONFLICT"
  | "FULL"
  | "NO_JETSTREAM"
  | "NO_PERMISSION"
  | "REFUSED"
  | "TIMEOUT"
  | "TLS"
  | "UNREACHABLE";

/**
 * What went wrong with a NATS server, in one line. Neither users nor passwords
 * nor tokens stand in it.
 *
 * @example Telling the reasons apart
 * ```ts
 * import { NatsError, NatsStore } from "@sluice/sluice/store";
 *
 * try {
 *   await using store = await new NatsStore("nats://localhost:4222/results")
 *     .connect();
 *   console.log(await store.info());
 * } catch (error) {
 *   if (!(error instanceof NatsError)) throw error;
 *   console.error(error.code, error.message);
 * }
 * ```
 */
export class NatsError extends Error {
  /** The class's name. */
  override readonly name: string = "NatsError";
  /** The reason. */
  readonly code: NatsErrorCode;

  /**
   * An error with the given reason and message.
   *
   * @param code The reason.
   * @param message What was expected, what was found, what to do.
   * @param options The error that caused this one.
   */
  constructor(code: NatsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
