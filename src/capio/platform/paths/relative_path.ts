import { join, SEPARATOR } from "@std/path";

/**
 * Returns the location of a normal relative path in a directory. Both are normal,
 * so that there is nothing to change where the separators are the same.
 */
export function locationIn(directory: string, path: string): string {
  if (path === "") return directory;
  return SEPARATOR === "/" && directory !== SEPARATOR
    ? `${directory}/${path}`
    : join(directory, path);
}

/**
 * Returns the directory of a path that is relative to `capioDir`; `""` is
 * `capioDir` itself.
 */
export function parentOf(path: string): string {
  const end = Math.max(0, path.lastIndexOf("/"));
  const isLatest = end === latest.length && path.startsWith(latest);
  return isLatest ? latest : latest = path.slice(0, end);
}

/** The directory of a path is most often that of the path before it. */
let latest = "";

/** Returns the path of the entry `name` of a directory. */
export function childOf(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}
