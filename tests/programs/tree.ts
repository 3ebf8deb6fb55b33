import { createHash } from "node:crypto";
import { join } from "@std/path";
import type { PairOptions } from "./pair.ts";

/** Everything in a directory by its path: kind, mode, and contents or target. */
export type Tree = Record<string, string>;

/** Reads a directory so that two of them can be compared byte for byte. */
export function readTree(
  directory: string,
  { dated = [] }: Pick<PairOptions, "dated">,
  below = "",
): Tree {
  const tree: Tree = {};
  const entries = [...Deno.readDirSync(join(directory, below))];
  for (const { name } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = join(below, name);
    const full = join(directory, path);
    const { isDirectory, isSymlink, mode } = Deno.lstatSync(full);
    const rights = ((mode ?? 0) & 0o777).toString(8);
    if (isSymlink) tree[path] = `link to ${Deno.readLinkSync(full)}`;
    else if (isDirectory) {
      tree[path] = `directory ${rights}`;
      Object.assign(tree, readTree(directory, { dated }, path));
    } else {
      const contents = Deno.readFileSync(full);
      const isDated = dated.includes(path);
      tree[path] = `file ${rights} ${
        isDated ? `${contents.length} bytes` : describe(contents)
      }`;
    }
  }
  return tree;
}

/** Its text too if it is short, so that a failed comparison says something. */
function describe(contents: Uint8Array): string {
  const digest = createHash("sha256").update(contents).digest("hex");
  const size = `${contents.length} bytes, SHA-256 ${digest}`;
  if (contents.length > 200) return size;
  return `${size}: ${new TextDecoder().decode(contents)}`;
}
