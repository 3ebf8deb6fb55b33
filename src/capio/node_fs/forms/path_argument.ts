import type { Finder } from "../../interpose/mod.ts";
import { textOf } from "../../platform/mod.ts";

const decoder = new TextDecoder();

/**
 * Returns a path of `node:fs`, which may be a URL or bytes, as text;
 * `undefined` for anything else, such as a file descriptor.
 */
export function textOfPath(path: unknown): string | undefined {
  return path instanceof Uint8Array ? decoder.decode(path) : textOf(path);
}

/** Finds paths in all the forms in which Node takes them. */
export function nodeFinder(find: Finder): Finder {
  return (path, follows) => {
    const text = textOfPath(path);
    return text === undefined ? undefined : find(text, follows);
  };
}
