import { isAbsolute, relative, resolve, SEPARATOR } from "@std/path";
import { parentOf } from "../platform/mod.ts";

/** Matches relative paths that are normal already, which most paths are. */
const NORMAL_PATH =
  /^(?!\.{1,2}(?:\/|$))[^/\\:]+(?:\/(?!\.{1,2}(?:\/|$))[^/\\:]+)*$/;

/**
 * Returns a path relative to a directory, with `/` between components; `""` for
 * the directory itself.
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

/** Returns a path or glob relative to the directory, absolute if it is outside. */
export function patternIn(directory: string, pattern: string): string {
  if (NORMAL_PATH.test(pattern)) return pattern;
  return insideOf(directory, pattern) ??
    withSlashes(resolve(directory, pattern));
}

/** Tells whether a path or glob, with `/` between components, is absolute. */
export function isAbsolutePattern(pattern: string): boolean {
  return pattern.startsWith("/") || /^[A-Za-z]:\//.test(pattern);
}

/** Returns a path with `/` between components, on every system. */
export function withSlashes(path: string): string {
  return SEPARATOR === "/" ? path : path.replaceAll(SEPARATOR, "/");
}

/** Yields the directories that a path lies in, the nearest first, `""` last. */
export function* directoriesAbove(path: string): Generator<string> {
  while (path !== "") {
    path = parentOf(path);
    yield path;
  }
}

function insideOf(directory: string, path: string): string | undefined {
  const inside = withSlashes(relative(directory, resolve(directory, path)));
  const isOutside = inside === ".." || inside.startsWith("../") ||
    isAbsolute(inside);
  return isOutside ? undefined : inside;
}
