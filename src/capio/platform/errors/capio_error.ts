import { isInstanceOf, shareClass } from "../../../internal/mod.ts";

/** The kind of a {@linkcode CapioError}, its `code`. */
export type CapioErrorCode =
  | "BACKEND_FAILED"
  | "CONFLICT"
  | "DEADLOCK"
  | "IN_USE"
  | "INVALID_CONFIGURATION"
  | "MACHINE_LOST"
  | "NOT_HOME"
  | "NO_SPACE"
  | "PROGRAM_FAILED"
  | "REPLACED"
  | "UNKNOWN_FORMAT"
  | "UNTRUSTED"
  | "WRITER_LOST";

/** How a program ended, in a {@linkcode CapioError} that it is the reason of. */
export interface ProgramStatus {
  /** Its exit status; 128 + N when signal N ended it. */
  readonly code: number;
  /** The signal that ended it. */
  readonly signal: Deno.Signal | null;
}

/** Options of a {@linkcode CapioError}. */
export interface CapioErrorOptions extends ErrorOptions {
  /** How the program ended that it is about. */
  readonly status?: ProgramStatus;
}

/**
 * A condition of a workflow that is neither the caller's mistake nor one that
 * the file system itself reports.
 *
 * Import it from `@sluice/sluice/capio`; `@sluice/sluice` has it too, and loads
 * all modules.
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
  /** Accepts the errors of every copy of this package that a program has. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isInstanceOf(this, value);
  }

  static {
    shareClass(this, "CapioError");
  }

  /** The name of the class. */
  override readonly name: string = "CapioError";
  /** The kind of the error, for programs. */
  readonly code: CapioErrorCode;
  /** How the program ended, if it is about one that was started. */
  readonly status?: ProgramStatus;

  /**
   * Creates an error.
   *
   * @param code The kind of the error, for programs.
   * @param message The failure and its remedy, for people.
   * @param options The error that led to this one, as `cause`, and how a program ended.
   */
  constructor(
    code: CapioErrorCode,
    message: string,
    options?: CapioErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    if (options?.status) this.status = options.status;
  }
}
