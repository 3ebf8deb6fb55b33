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

/**
 * Whether a line of standard error tells what steps may do at any time in a random
 * workflow: one lists a directory, looks for one, or asks for a size or for times
 * before others go on, or writes a file as a whole that has several producers, or
 * looks for one that it is to change or to rename.
 */
export function isPerhaps(line: string): boolean {
  return PERHAPS.some((pattern) => pattern.test(line));
}

const PERHAPS = [
  /^sluice: ".*" listed the directory of /,
  /^sluice: ".*" looked for "[de]" before /,
  /^sluice: ".*" looked for "(versions|rotation)\d+_.*" before /,
  /^sluice: ".*" asked for the size or the times of /,
  /^sluice: ".*" wrote ".*" from its beginning after /,
];
