/** How an error names the value that was found: on one line, not too long. */
export function inspect(value: unknown): string {
  return Deno.inspect(value, {
    depth: 0,
    iterableLimit: 4,
    strAbbreviateSize: 60,
    breakLength: Infinity,
  });
}
