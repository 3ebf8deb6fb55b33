import type { Metadata } from "../metadata.ts";

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
