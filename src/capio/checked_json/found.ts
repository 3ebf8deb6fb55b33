/** Describes a value of a JSON or TOML text in a few characters, on one line. */
export function showFound(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "an array";
  if (value instanceof Date) return "a date";
  if (typeof value === "object" && value !== null) return "an object";
  return excerpt(
    typeof value === "string" ? JSON.stringify(value) : String(value),
  );
}

/** Returns the first characters of a text, at most one line of them. */
export function excerpt(text: string): string {
  const [line] = text.split(/[\r\n]/, 1);
  const characters = [...line.slice(0, 100)];
  return characters.length <= 40 && line.length <= 100
    ? line
    : `${characters.slice(0, 40).join("")}...`;
}
