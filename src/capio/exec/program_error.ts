import { basename } from "@std/path";
import { CapioError, type ProgramStatus } from "../platform/mod.ts";

/** Longest reason that is told to the readers of the outputs, in characters. */
const MOST_CHARACTERS = 500;

/**
 * Returns the error of a program that has not ended well.
 *
 * @param why What happened, for people.
 */
export function programFailed(
  why: string,
  status: ProgramStatus | undefined,
  cause?: unknown,
): CapioError {
  return new CapioError("PROGRAM_FAILED", why, { cause, status });
}

/** Returns what is told to the readers of the outputs of a failure. */
export function reasonOf(error: unknown, program: string): string {
  const isOwn = error instanceof CapioError && error.code === "PROGRAM_FAILED";
  const message = error instanceof Error ? error.message : String(error);
  const why = isOwn ? message : `${program} was not run to its end: ${message}`;
  return why.slice(0, MOST_CHARACTERS);
}

/** Returns the name of a program, as messages show it. */
export function shownName(program: string): string {
  return `"${basename(program) || program}"`;
}

/** Says how a program ended. */
export function endOf(name: string, { code, signal }: ProgramStatus): string {
  return signal
    ? `${name} was ended by ${signal}`
    : `${name} ended with status ${code}`;
}
