/** The kind of a {@linkcode CapioError}, its `code`. */
export type CapioErrorCode =
  | "DEADLOCK"
  | "IN_USE"
  | "INVALID_CONFIGURATION"
  | "REPLACED"
  | "UNKNOWN_FORMAT"
  | "UNTRUSTED"
  | "WRITER_LOST";

/**
 * A condition of a workflow that is neither the caller's mistake nor one that
 * the file system itself reports.
 *
 * @example Telling the conditions apart
 * ```ts
 * import { CapioError } from "@sluice/sluice/capio";
 *
 * function isWriterLost(error: unknown): boolean {
 *   return error instanceof CapioError && error.code === "WRITER_LOST";
 * }
 * ```
 */
export class CapioError extends Error {
  /** The name of the class. */
  override readonly name: string = "CapioError";
  /** The kind of the error, for programs. */
  readonly code: CapioErrorCode;

  /**
   * Creates an error.
   *
   * @param code The kind of the error, for programs.
   * @param message The failure and its remedy, for people.
   * @param options The error that led to this one, as `cause`.
   */
  constructor(code: CapioErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
