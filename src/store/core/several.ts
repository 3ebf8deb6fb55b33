/**
 * Refuses what is not several things, at once or as they come. A string is
 * iterable, too, but its characters are never what was meant.
 */
export function assertSeveral(
  name: string,
  found: unknown,
  things: string,
): void {
  const isIterable = typeof found === "object" && found !== null &&
    (Symbol.iterator in found || Symbol.asyncIterator in found);
  if (isIterable) return;
  throw new TypeError(
    `${name} must be several ${things}, found ${Deno.inspect(found)}`,
  );
}
