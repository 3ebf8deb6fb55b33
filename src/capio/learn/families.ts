import { compileGlob } from "../../internal/mod.ts";

/** Paths that differ in their numbers alone, and the glob that matches them. */
export interface Family {
  readonly glob: string;
  readonly paths: readonly string[];
}

/** What stands in a glob for a number. */
const NUMBER = "[0-9]*";

/**
 * Finds paths that differ in their numbers alone, such as `part-1.csv` and
 * `part-2.csv`. A glob matches its family and no other path that is known.
 *
 * @param paths The paths, of which each family has two or more.
 * @param known All paths that a glob may not match unless they are of its family.
 */
export function familiesOf(
  paths: readonly string[],
  known: Iterable<string>,
): Family[] {
  const groups = [...Map.groupBy(paths, withoutNumbers).values()]
    .filter((group) => group.length > 1);
  if (groups.length === 0) return [];
  const others = [...known];
  return groups
    .map((group) => ({ glob: globOf(group), paths: group }))
    .filter(({ glob, paths }) => {
      const isMatch = compileGlob(glob);
      const family = new Set(paths);
      return paths.every(isMatch) &&
        others.every((path) => family.has(path) || !isMatch(path));
    });
}

/**
 * Writes a path as an entry of a configuration. There is no escape for what a
 * glob has as special: `?` matches it, and anything else in its place.
 */
export function asEntry(path: string): string {
  return path.replace(/[*?[]/g, "?");
}

function withoutNumbers(path: string): string {
  return path.replace(/\d+/g, "0");
}

function globOf(group: readonly string[]): string {
  const numbers = group.map((path) => path.match(/\d+/g) ?? []);
  let at = 0;
  const [first] = group;
  return first.split(/(\d+)/).map((part, n) => {
    if (n % 2 === 0) return asEntry(part);
    const index = at++;
    const isSame = numbers.every((it) => it[index] === part);
    return isSame ? part : NUMBER;
  }).join("");
}
