/** Texts as bytes, one for each character. */

/** The bytes of a text. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The text of bytes. */
export function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 10_000) {
    text += String.fromCharCode(...bytes.subarray(i, i + 10_000));
  }
  return text;
}
