/** The codes of the system for no space, and for no more space for this user. */
const CODES: readonly unknown[] = ["ENOSPC", "EDQUOT"];

/** Tells whether an error says that there is no space left to write to. */
export function isDiskFull(error: unknown): boolean {
  if (error instanceof Deno.errors.WriteZero) return true;
  return error instanceof Error && "code" in error &&
    CODES.includes(error.code);
}
