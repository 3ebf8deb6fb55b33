import { CapioError } from "../platform/mod.ts";
import type { CapioClAlias } from "./config.ts";

/**
 * Makes a function that replaces the names of groups in a list of paths by the
 * paths that they stand for, groups inside groups too.
 *
 * @throws {CapioError} If two groups have one name, or a group contains itself.
 */
export function aliasExpander(
  aliases: readonly CapioClAlias[],
): (paths: readonly string[]) => string[] {
  const groups = new Map<string, readonly string[]>();
  for (const { groupName, files } of aliases) {
    if (groups.has(groupName)) {
      throw new CapioError(
        "INVALID_CONFIGURATION",
        `Two aliases are named "${groupName}": give each group its own name`,
      );
    }
    groups.set(groupName, files);
  }
  const expanded = new Map<string, readonly string[]>();
  const expandGroup = (name: string, inside: readonly string[]) => {
    if (inside.includes(name)) throw containsItself(name);
    const files = expanded.get(name) ??
      expand(groups.get(name) ?? [], [...inside, name]);
    expanded.set(name, files);
    return files;
  };
  const expand = (
    paths: readonly string[],
    inside: readonly string[],
  ): string[] => {
    const files = paths.flatMap((path) =>
      groups.has(path) ? expandGroup(path, inside) : [path]
    );
    return [...new Set(files)];
  };
  for (const name of groups.keys()) expandGroup(name, []);
  return (paths) => expand(paths, []);
}

function containsItself(name: string): CapioError {
  return new CapioError(
    "INVALID_CONFIGURATION",
    `Alias "${name}" contains itself: remove it from the groups it stands for`,
  );
}
