import { relative, resolve, SEPARATOR } from "@std/path";
import { parentOf } from "../platform/mod.ts";

/** A relative path that normalising leaves as it is: most of those asked for. */
const NORMAL_PATH =
  /^(?!\.{1,2}(?:\/|$))[^/\\:]+(?:\/(?!\.{1,2}(?:\/|$))[^/\\:]+)*$/;

/**
 * A path relative to a directory, with `/` between components; `""` for the
 * directory itself.
 *
 * @throws {RangeError} If the path lies outside.
 */
export function pathIn(directory: string, path: string): string {
  if (NORMAL_PATH.test(path)) return path;
  const inside = insideOf(directory, path);
  if (inside !== undefined) return inside;
  throw new RangeError(
    `"${path}" lies outside the workflow's directory "${directory}"`,
  );
}

/** A path or glob: relative where it lies in the directory, else absolute. */
export function patternIn(directory: string, pattern: string): string {
  return insideOf(directory, pattern) ??
    withSlashes(resolve(directory, pattern));
}

/** Whether a path or glob, with `/` between components, is not relative. */
export function isAbsolutePattern(pattern: string): boolean {
  return pattern.startsWith("/") || /^[A-Za-z]:\//.test(pattern);
}

/** A path with `/` between components, whatever the system has there. */
export function withSlashes(path: string): string {
  return SEPARATOR === "/" ? path : path.replaceAll(SEPARATOR, "/");
}

/** The directories that a path lies in, the nearest first, `""` last. */
export function* directoriesAbove(path: string): Generator<string> {
  while (path !== "") {
    path = parentOf(path);
    yield path;
  }
}

function insideOf(directory: string, path: string): string | undefined {
  const inside = withSlashes(relative(directory, resolve(directory, path)));
  const isOutside = inside === ".." || inside.startsWith("..") ||
    isAbsolutePattern(inside);
  return isOutside ? undefined : inside;
}
