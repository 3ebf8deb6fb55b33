/** Returns whether a path leads to something, and throws nothing. */
type Exists = (path: string) => boolean;

let exists: Exists | undefined;

/** Takes `existsSync` of `node:fs` as it was before it was replaced. */
export function rememberExists(original: Exists): void {
  exists ??= original;
}

/**
 * Returns whether a path leads to something; `undefined` where `node:fs` was not
 * loaded. All functions of `Deno` say so with an error, which takes ten times as
 * long.
 */
export function existsUnlessUnknown(path: string): boolean | undefined {
  return exists?.(path);
}
