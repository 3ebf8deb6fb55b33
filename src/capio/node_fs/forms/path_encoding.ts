import { builtin } from "../../platform/mod.ts";

/** Returns the encoding of paths that an option asks for. */
export function pathEncodingOf(options: unknown): unknown {
  if (typeof options === "string") return options;
  if (typeof options !== "object" || options === null) return undefined;
  return "encoding" in options ? options.encoding : undefined;
}

/** Returns whether an original takes an encoding of paths for one. */
export function isPathEncoding(encoding: unknown): boolean {
  if (encoding === undefined || encoding === null) return true;
  if (typeof encoding !== "string") return false;
  return encoding === "buffer" || builtin("buffer").Buffer.isEncoding(encoding);
}

/** Returns a path as an encoding has it. */
export function encodedPath(
  path: string,
  encoding: unknown,
): string | Uint8Array {
  if (typeof encoding !== "string") return path;
  const { Buffer } = builtin("buffer");
  const bytes = Buffer.from(path);
  return encoding === "buffer"
    ? bytes
    : bytes.toString(encoding as BufferEncoding);
}
