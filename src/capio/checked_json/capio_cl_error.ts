import { shareClass } from "../../internal/mod.ts";
import { CapioError } from "../platform/mod.ts";

/** One thing that is wrong in a CAPIO-CL file or in its TOML settings. */
export interface CapioClProblem {
  /** JSON path of the offending member, such as `$.IO_Graph[0].name`. */
  readonly path: string;
  /** Line of the offending text, from 1; absent where it is not known. */
  readonly line?: number;
  /** Column of the offending text, from 1; absent where it is not known. */
  readonly column?: number;
  /** A description of what should stand there. */
  readonly expected: string;
  /** A description of what stands there. */
  readonly found: string;
}

/**
 * A CAPIO-CL configuration, its settings or a workflow plan is not valid. The
 * first line of the message names the first problem, the next ones all of them.
 *
 * @example Listing everything that is wrong
 * ```ts
 * import { CapioClError, parseCapioCl } from "@sluice/sluice/capio";
 *
 * try {
 *   parseCapioCl(`{ "name": 3 }`);
 * } catch (error) {
 *   if (!(error instanceof CapioClError)) throw error;
 *   for (const { path, line, expected } of error.problems) {
 *     console.log(`line ${line}: ${path} should be ${expected}`);
 *   }
 * }
 * ```
 */
export class CapioClError extends CapioError {
  static {
    shareClass(this, "CapioClError");
  }

  /** The name of the class. */
  override readonly name = "CapioClError";
  /** Everything that is wrong, in the order of the text. */
  readonly problems: readonly CapioClProblem[];

  /**
   * Makes an error of invalid text.
   *
   * @param code The code of the condition, for programs.
   * @param message The problems, for people.
   * @param options The problems one by one, and the error that led to this one.
   */
  constructor(
    code: "INVALID_CONFIGURATION",
    message: string,
    { problems = [], ...options }: CapioClErrorOptions = {},
  ) {
    super(code, message, options);
    this.problems = problems;
  }
}

/** Options of {@linkcode CapioClError}. */
export interface CapioClErrorOptions extends ErrorOptions {
  /**
   * Everything that is wrong, in the order of the text.
   *
   * @default {[]}
   */
  problems?: readonly CapioClProblem[];
}

/**
 * Makes the error of a text, with a message of one line a problem.
 *
 * @param source The name of the text, such as that of its file.
 */
export function invalidText(
  source: string,
  problems: readonly CapioClProblem[],
  options: ErrorOptions = {},
): CapioClError {
  const message = describe(source, problems);
  return new CapioClError("INVALID_CONFIGURATION", message, {
    ...options,
    problems,
  });
}

function describe(
  source: string,
  problems: readonly CapioClProblem[],
): string {
  const lines = problems.map(describeProblem);
  if (lines.length === 1) return `Invalid ${source}: ${lines[0]}`;
  const others = lines.length - 1;
  const more = others === 1 ? "1 more problem" : `${others} more problems`;
  return [`Invalid ${source}: ${lines[0]}, and ${more}`, ...lines].join("\n  ");
}

function describeProblem(
  { path, line, column, expected, found }: CapioClProblem,
): string {
  const place = line === undefined ? "" : ` (line ${line}, column ${column})`;
  return `${path}${place}: expected ${expected}, found ${found}`;
}
