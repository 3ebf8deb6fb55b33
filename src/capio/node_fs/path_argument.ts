import { fromFileUrl } from "@std/path";

const decoder = new TextDecoder();

/**
 * A path of `node:fs`, which may be a URL or bytes, as text; `undefined` for
 * anything else, such as the number of an open file.
 */
export function textOfPath(path: unknown): string | undefined {
  if (typeof path === "string") return path;
  if (path instanceof Uint8Array) return decoder.decode(path);
  if (!(path instanceof URL) || path.protocol !== "file:") return undefined;
  try {
    return fromFileUrl(path);
  } catch {
    return undefined;
  }
}
