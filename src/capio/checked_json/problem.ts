import { CapioError } from "../platform/mod.ts";

/** One thing that is wrong in a CAPIO-CL file or in its TOML settings. */
export interface CapioClProblem {
  /** JSON path of the offending member, such as `$.IO_Graph[0].name`. */
  readonly path: string;
  /** Line of the offending text, from 1; absent where it is not known. */
  readonly line?: number;
  /** Column of the offending text, from 1; absent where it is not known. */
  readonly column?: number;
  /** What should stand there. */
  readonly expected: string;
  /** What stands there. */
  readonly found: string;
}

/**
 * A CAPIO-CL configuration is not valid. The first line of the message says
 * what is wrong first, the following ones everything that is wrong.
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
  /** The name of the class. */
  override readonly name = "CapioClError";
  /** Everything that is wrong, in the order of the text. */
  readonly problems: readonly CapioClProblem[];

  /**
   * Describes the problems, one line each.
   *
   * @param source What was read, for the message: the name of a file.
   * @param problems What is wrong, at least one.
   * @param options The error that led to this one, as `cause`.
   */
  constructor(
    source: string,
    problems: readonly CapioClProblem[],
    options?: ErrorOptions,
  ) {
    super("INVALID_CONFIGURATION", describe(source, problems), options);
    this.problems = problems;
  }
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
