/** The oldest version of Deno that has all that is used here, and works. */
const OLDEST = { major: 2, minor: 9 };

/**
 * Ends the process with one line on standard error and exit code 1 where Deno
 * is too old, instead of an error from somewhere inside.
 */
export function requireDenoVersion(): void {
  const refusal = refusalOf(Deno.version.deno);
  if (refusal === undefined) return;
  console.error(refusal);
  Deno.exit(1);
}

/** Why a version of Deno does not do; `undefined` if it does. */
export function refusalOf(version: string): string | undefined {
  const [major, minor] = version.split(".").map(Number);
  if (major > OLDEST.major) return undefined;
  if (major === OLDEST.major && minor >= OLDEST.minor) return undefined;
  return `sluice: Needs Deno ${OLDEST.major}.${OLDEST.minor} or later, found ${version}, run "deno upgrade"`;
}
