import {
  CapioError,
  ifPresent,
  type ProgramStatus,
  system,
} from "../platform/mod.ts";
import { programFailed } from "./program_error.ts";

/** The exit statuses of a shell for a program that it cannot start. */
const NOT_FOUND: ProgramStatus = { code: 127, signal: null };
const NOT_EXECUTABLE: ProgramStatus = { code: 126, signal: null };

/** Throws if a program cannot be started in a directory. */
export function checkDirectory(cwd: string): void {
  const info = ifPresent(() => system.statSync(cwd));
  if (info?.isDirectory) return;
  const why = info ? "it is not a directory" : "there is no such directory";
  throw new (info ? Deno.errors.NotADirectory : Deno.errors.NotFound)(
    `Cannot run a program in "${cwd}": ${why}`,
  );
}

/** Returns the error of a program that the system has not started. */
export function notStarted(program: string, error: unknown): unknown {
  if (error instanceof CapioError || !(error instanceof Error)) return error;
  const code = "code" in error ? error.code : undefined;
  const refuse = (why: string, status: ProgramStatus) =>
    programFailed(`Cannot start "${program}": ${why}`, status, error);
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return refuse("there is no such program", NOT_FOUND);
    case "EACCES":
      return refuse(
        isDirectory(program) ? "it is a directory" : "it is not executable",
        NOT_EXECUTABLE,
      );
    default:
      return refuse(error.message, NOT_EXECUTABLE);
  }
}

function isDirectory(path: string): boolean {
  return ifPresent(() => system.statSync(path))?.isDirectory ?? false;
}
