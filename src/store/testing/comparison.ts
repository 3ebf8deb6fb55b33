import { assertEquals, fail } from "@std/assert";
import type { Metadata } from "../core/mod.ts";

/**
 * Compares bytes. A difference is told by its place: to tell it whole, as
 * `assertEquals` would, takes minutes for some millions of bytes.
 */
export function assertBytes(
  actual: Uint8Array,
  expected: Uint8Array,
  what = "the bytes",
): void {
  assertEquals(actual.length, expected.length, `length of ${what}`);
  const at = actual.findIndex((byte, index) => byte !== expected[index]);
  if (at < 0) return;
  fail(`${what} differ at ${at}: ${actual[at]}, expected ${expected[at]}`);
}

/** The metadata as JSON has it, whatever the prototypes of its objects. */
export function plain(metadata: Metadata): unknown {
  return JSON.parse(JSON.stringify(metadata));
}

/** All bytes of a stream. */
export async function collect(
  stream: ReadableStream<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(stream as BodyInit).arrayBuffer());
}

/** What the call returns, or nothing if it throws an error of the class. */
export async function ignoring<T>(
  errorClass: new () => Error,
  call: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof errorClass) return undefined;
    throw error;
  }
}
