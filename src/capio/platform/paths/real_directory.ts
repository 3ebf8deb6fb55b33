import { isAbsence, system } from "../runtime/mod.ts";

/**
 * Returns a `capioDir` with all symbolic links resolved.
 *
 * @throws {Deno.errors.NotFound} If it does not exist.
 */
export function realDirectory(capioDir: string): string {
  try {
    return system.realPathSync(capioDir);
  } catch (error) {
    if (!isAbsence(error)) throw error;
    throw new Deno.errors.NotFound(
      `Cannot use "${capioDir}" as capioDir: it does not exist`,
      { cause: error },
    );
  }
}
