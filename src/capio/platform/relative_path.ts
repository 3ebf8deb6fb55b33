/**
 * Returns the directory of a path that is relative to `capioDir`; `""` is
 * `capioDir` itself.
 */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** Returns the path of the entry `name` of a directory. */
export function childOf(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}
