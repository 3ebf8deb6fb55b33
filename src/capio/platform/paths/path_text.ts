import { fromFileUrl, normalize } from "@std/path";

/** Returns a path, or that of a file URL, as text. */
export function pathOf(path: string | URL): string {
  return path instanceof URL ? fromFileUrl(path) : path;
}

/** Returns a path or a file URL as text, `undefined` for anything else. */
export function textOf(path: unknown): string | undefined {
  if (typeof path === "string") return path;
  if (!(path instanceof URL) || path.protocol !== "file:") return undefined;
  try {
    return fromFileUrl(path);
  } catch {
    return undefined;
  }
}

/** A path as the system gets it, and the characters after its last name. */
export interface PathText {
  readonly text: string;
  /** A slash, or a slash and a dot; most often empty. */
  readonly tail: string;
}

/**
 * Returns a path as Deno passes it to the system: unchanged in a process with
 * all permissions, normalized and without a slash at its end in any other.
 */
export function asPassedOn(path: string): PathText {
  if (!ODD.test(path)) return { text: path, tail: "" };
  if (!hasAllPermissions()) {
    return { text: normalize(path).replace(SLASHES_AT_END, ""), tail: "" };
  }
  return { text: path, tail: DOTS_AT_END.test(path) ? "/." : slashOf(path) };
}

const ODD = /\.\.|[/\\]\.?$|^\.$/;
const DOTS_AT_END = /(^|[/\\])\.{1,2}$/;
const SLASHES_AT_END = /(?<=.)[/\\]+$/;

function slashOf(path: string): string {
  return SLASHES_AT_END.test(path) ? "/" : "";
}

const PERMISSIONS = [
  "read",
  "write",
  "net",
  "env",
  "sys",
  "run",
  "ffi",
  "import",
] as const;

function hasAllPermissions(): boolean {
  return PERMISSIONS.every((name) => {
    const { state, partial } = Deno.permissions.querySync({ name });
    return state === "granted" && !partial;
  });
}
