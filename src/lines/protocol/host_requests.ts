import type { LineItem } from "../buffer/mod.ts";
import { decodeObject, describe } from "./json_body.ts";
import { Refusal } from "./refusal.ts";

/** Tells with every reply of our host whether it asks the mirrors to stop. */
export const CLOSED_HEADER = "sluice-closed";

/**
 * Reads from the body of a change of state whether the mirrors should stop.
 *
 * @throws {Refusal} With status 400 if it is not one.
 */
export function decodeStateChange(text: string): { closed: boolean } {
  const { state, value } = decodeObject(text);
  if (state !== "closed") {
    throw new Refusal(
      400,
      `The "state" must be "closed", found ${describe(state)}`,
    );
  }
  if (typeof value !== "string") {
    throw new Refusal(
      400,
      `The "value" must be a string, found ${describe(value)}`,
    );
  }
  return { closed: value.trim().toLowerCase() === "true" };
}

/**
 * Reads the number of items that a reading request asks for, if it has one.
 *
 * @throws {Refusal} With status 400 if it is not an integer.
 */
export function decodeCount(query: URLSearchParams): number | undefined {
  const n = query.get("n");
  if (n === null) return undefined;
  if (!/^[+-]?\d+$/.test(n)) {
    throw new Refusal(400, `The query "n" must be an integer, found "${n}"`);
  }
  // A number beyond the integers means all items, or no item.
  return Math.min(Math.max(-1, Number(n)), Number.MAX_SAFE_INTEGER);
}

/** The body of a reply to a reading request, at once. */
export function encodeItems(items: readonly LineItem[]): string {
  return JSON.stringify({ message: "success", data: items });
}
