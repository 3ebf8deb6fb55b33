import { createHash } from "node:crypto";

/** A longer name is shortened: with the rest of a blob's name it stays below 255. */
const MOST_CHARACTERS = 180;

/**
 * Returns the file name of a key: a different one for every key, and valid on
 * every file system. Lower case letters, digits, `_`, `-` and `.` stand for
 * themselves, all other bytes are escaped as in a URL. The sign in front keeps
 * names from being empty, hidden, relative or reserved (`=con`), and the
 * escapes keep them from differing by case only.
 *
 * The name of a long key has its first part and a hash of the whole key.
 */
export function fileName(key: string): string {
  const name = "=" + encodeURIComponent(key).replace(
    /%..|[^a-z0-9_.-]|\.$/g,
    (text) => text.length === 3 ? text.toLowerCase() : escape(text),
  );
  if (name.length <= MOST_CHARACTERS) return name;
  const hash = createHash("sha256").update(key).digest("hex");
  return `${name.slice(0, 100)}~${hash}`;
}

/** Returns a new name for a file with one value of the key. */
export function blobName(key: string): string {
  return `${fileName(key)}@${crypto.randomUUID()}`;
}

/** Returns the file name of the key that a blob was named for. */
export function keyNameOfBlob(name: string): string {
  return name.slice(0, name.lastIndexOf("@"));
}

/** Returns whether a text can be the name of a blob, of any key. */
export function isBlobName(text: string): boolean {
  return /^=[a-z0-9_.%~-]*@[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
    .test(text);
}

function escape(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}
