import { SYSTEM_DIRECTORY } from "./system_directory.ts";

const isWindows = Deno.build.os === "windows";
/** There, names that differ in case alone are the same by default. */
const ignoresCase = isWindows || Deno.build.os === "darwin";

/**
 * A component that is empty or leads elsewhere, a slash at the beginning or the
 * end, a NUL. Windows reads a backslash as a slash, and passes over dots and
 * spaces at the end of a name.
 */
const NOT_NORMAL = isWindows
  ? /^\/|\/$|\/\/|[\0\\]|(?:^|\/)[. ]+(?:\/|$)/
  : /^\/|\/$|\/\/|\0|(?:^|\/)\.{1,2}(?:\/|$)/;

const IN_SYSTEM_DIRECTORY = new RegExp(
  `^${RegExp.escape(SYSTEM_DIRECTORY)}${isWindows ? "[. ]*" : ""}(?:/|$)`,
  ignoresCase ? "i" : "",
);

/**
 * Tells whether a path is relative and normal, with `/` between components, so
 * that it lies below the directory that it is relative to by its text alone.
 */
export function isNormalPath(path: string): boolean {
  return path !== "" && !NOT_NORMAL.test(path);
}

/**
 * Tells whether a path can be that of an entry of the workflow: normal, and
 * not in the directory that sluice keeps its own files in.
 */
export function isEntryPath(path: string): boolean {
  return isNormalPath(path) && !IN_SYSTEM_DIRECTORY.test(path);
}
