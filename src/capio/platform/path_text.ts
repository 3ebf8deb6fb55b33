import { fromFileUrl, normalize } from "@std/path";

/** A path as the system takes it, `undefined` for what is none. */
export function textOf(path: unknown): string | undefined {
  if (typeof path === "string") return path;
  if (!(path instanceof URL) || path.protocol !== "file:") return undefined;
  try {
    return fromFileUrl(path);
  } catch {
    return undefined;
  }
}

/** A path as the system gets it, and what it has after the last name. */
export interface PathText {
  readonly text: string;
  /** A slash, or a slash and a dot; most often nothing. */
  readonly tail: string;
}

/**
 * A path as Deno passes it on: as it is to a process with all permissions.
 * For any other Deno takes the dots and a slash at the end out beforehand.
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
