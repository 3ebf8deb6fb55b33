/** Throws when one of the named values is not a positive integer. */
export function assertPositive(values: Record<string, number>): void {
  for (const [name, value] of Object.entries(values)) {
    if (Number.isSafeInteger(value) && value > 0) continue;
    throw new TypeError(
      `Argument "${name}" must be a positive integer, found ${
        Deno.inspect(value)
      }`,
    );
  }
}
