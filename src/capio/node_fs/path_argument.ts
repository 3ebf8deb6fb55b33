import { textOf } from "../platform/mod.ts";

const decoder = new TextDecoder();

/**
 * Returns a path of `node:fs`, which may be a URL or bytes, as text;
 * `undefined` for anything else, such as a file descriptor.
 */
export function textOfPath(path: unknown): string | undefined {
  return path instanceof Uint8Array ? decoder.decode(path) : textOf(path);
}
