/** Throws when the argument "text" of a write is no string. */
export function assertText(text: unknown): asserts text is string {
  if (typeof text === "string") return;
  throw new TypeError(
    `Argument "text" must be a string, found ${typeof text}`,
  );
}
