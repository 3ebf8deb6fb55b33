/** Returns an error as it is, and any other value as the text of an error. */
export function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}
