import { Refusal } from "./refusal.ts";

/**
 * Reads the body of a request, which must be an object.
 *
 * @throws {Refusal} With status 400 if it is not one.
 */
export function decodeObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refusal(400, `The body is not JSON: ${reasonOf(error)}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new Refusal(
    400,
    `The body must be an object, found ${describe(value)}`,
  );
}

/** A value as a refusal shows it. */
export function describe(value: unknown): string {
  const json = JSON.stringify(value) ?? "nothing";
  return json.length <= 80 ? json : `${json.slice(0, 80)}...`;
}

/** The message of an error. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
