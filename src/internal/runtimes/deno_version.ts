import { isDeno, runtimeName } from "./runtime.ts";

/** The oldest version of Deno that has all that is used here, and works. */
const OLDEST = { major: 2, minor: 9 };
const NEEDED = `sluice: Needs Deno ${OLDEST.major}.${OLDEST.minor} or later`;

/**
 * Ends the process with one line on standard error and exit code 1 where Deno
 * is too old or the runtime is another one, instead of an error from somewhere
 * inside.
 */
export function requireDenoVersion(): void {
  const refusal = isDeno
    ? refusalOf(Deno.version.deno)
    : `${NEEDED}, found ${runtimeName()}`;
  if (refusal === undefined) return;
  console.error(refusal);
  // deno-lint-ignore no-process-global
  process.exit(1);
}

/** Why a version of Deno does not do; `undefined` if it does. */
export function refusalOf(version: string): string | undefined {
  const [major, minor] = version.split(".").map(Number);
  if (major > OLDEST.major) return undefined;
  if (major === OLDEST.major && minor >= OLDEST.minor) return undefined;
  return `${NEEDED}, found ${version}, run "deno upgrade"`;
}
