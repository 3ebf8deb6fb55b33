/** The error itself, or one that says what was thrown in its place. */
export function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}
