import { refused } from "../checks/mod.ts";

const encoder = new TextEncoder();

/**
 * Returns the bytes of an argument that is a text, in UTF-8.
 *
 * @throws {TypeError} If it has lone surrogates, which would be replaced.
 */
export function encodeText(
  name: string,
  text: string,
): Uint8Array<ArrayBuffer> {
  if (text.isWellFormed()) return encoder.encode(text);
  throw refused(name, "a string without lone surrogates", text);
}
