import { createHash } from "node:crypto";

/** Longest name that is not shortened; with the rest of a blob's name < 255. */
const MOST_CHARACTERS = 180;

/**
 * The file name that stands for a key, a different one for every key, on every
 * file system: lower case letters, digits, `_`, `-` and `.` stand for
 * themselves, all other bytes are escaped as in a URL. The sign in front keeps
 * names from being empty, hidden, relative or reserved (`=con`), the escapes
 * from differing by case only.
 *
 * Only the first part of a long key can be read in its name, which ends in a
 * hash of the whole key.
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

/** The name of a file of its own for one value of the key. */
export function blobName(key: string): string {
  return `${fileName(key)}@${crypto.randomUUID()}`;
}

/** The file name of the key that a blob was named for. */
export function keyNameOfBlob(name: string): string {
  return name.slice(0, name.lastIndexOf("@"));
}

function escape(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}
