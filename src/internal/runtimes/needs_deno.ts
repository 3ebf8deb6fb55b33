import { denoErrors } from "./deno_errors.ts";
import { isDeno, runtimeName } from "./runtime.ts";

/**
 * Throws where there is no Deno.
 *
 * @param what What cannot do without: `FileStore`.
 * @param instead What to do: `use SqliteStore`.
 */
export function requireDeno(what: string, instead: string): void {
  if (isDeno) return;
  throw new denoErrors.NotSupported(
    `${what} needs Deno, found ${runtimeName()}: ${instead}`,
  );
}
