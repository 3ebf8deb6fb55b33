/** Formats a value for an error message: on one line, and not too long. */
export function inspect(value: unknown): string {
  return Deno.inspect(value, {
    depth: 0,
    iterableLimit: 4,
    strAbbreviateSize: 60,
    breakLength: Infinity,
  });
}
