import { assertEquals, fail } from "@std/assert";
import type { Metadata } from "../core/mod.ts";

/**
 * Throws unless the bytes are equal. The error has the place of the first
 * difference: the whole of it, as `assertEquals` shows, takes minutes for some
 * millions of bytes.
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

/** Returns the metadata as JSON parses it, with ordinary prototypes. */
export function plain(metadata: Metadata): unknown {
  return JSON.parse(JSON.stringify(metadata));
}

/** Reads all bytes of a stream. */
export async function collect(
  stream: ReadableStream<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(stream as BodyInit).arrayBuffer());
}

/** Returns the result of the call, or `undefined` for an error of the class. */
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
