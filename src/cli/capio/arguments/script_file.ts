/**
 * Returns why a script cannot be run, before Deno says it in several lines;
 * `undefined` when it can, and for specifiers such as `jsr:@scope/name`.
 */
export async function scriptProblem(
  script: string,
): Promise<string | undefined> {
  if (isSpecifier(script)) return undefined;
  try {
    const { isFile } = await Deno.stat(script);
    return isFile ? undefined : "is not a file";
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return "does not exist";
  }
}

/** Returns whether Deno fetches the script from elsewhere. */
export function isSpecifier(script: string): boolean {
  return /^[a-z]{2,}:/i.test(script);
}
