import { isAbsolute, join, relative } from "@std/path";
import { isAtOrBelow } from "./plan_copy.ts";

/** The number of bytes of two files that are compared at a time. */
const COMPARED_BYTES = 1024 * 1024;

/** The files below a directory, by path relative to it, with `/`. */
export type FileTree = ReadonlyMap<string, FileEntry>;

/** A file or a symbolic link. */
export interface FileEntry {
  readonly location: string;
  readonly size: number;
  /** When it was written last, Unix time in milliseconds. */
  readonly written: number;
  /** The target of a symbolic link; in the tree itself relative to its top. */
  readonly target?: string;
}

/** Finds the files and links below a directory, without those of sluice. */
export async function readTree(directory: string): Promise<FileTree> {
  const tree = new Map<string, FileEntry>();
  const look = async (path: string) => {
    for await (const { name } of Deno.readDir(join(directory, path))) {
      if (path === "" && (name === ".capio" || name === ".git")) continue;
      const below = path === "" ? name : `${path}/${name}`;
      const location = join(directory, below);
      const info = await Deno.lstat(location);
      if (info.isDirectory) {
        await look(below);
        continue;
      }
      const { size, mtime } = info;
      tree.set(below, {
        location,
        size,
        written: mtime?.getTime() ?? 0,
        ...(info.isSymlink && { target: await targetOf(location, directory) }),
      });
    }
  };
  await look("");
  return tree;
}

async function targetOf(location: string, directory: string): Promise<string> {
  const text = await Deno.readLink(location);
  return isAbsolute(text) && isAtOrBelow(text, directory)
    ? `./${relative(directory, text)}`
    : text;
}

/** Returns the paths under which two trees do not have the same bytes. */
export async function differingPaths(
  one: FileTree,
  other: FileTree,
  signal: AbortSignal,
): Promise<Set<string>> {
  const paths = new Set([...one.keys(), ...other.keys()]);
  const differing = new Set<string>();
  for (const path of paths) {
    signal.throwIfAborted();
    if (!await isSame(one.get(path), other.get(path))) differing.add(path);
  }
  return differing;
}

/** Returns the paths of files that were written, made or removed in between. */
export function changedPaths(before: FileTree, after: FileTree): Set<string> {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return new Set([...paths].filter((path) => {
    const [was, is] = [before.get(path), after.get(path)];
    return was?.size !== is?.size || was?.written !== is?.written ||
      was?.target !== is?.target;
  }));
}

async function isSame(
  one: FileEntry | undefined,
  other: FileEntry | undefined,
): Promise<boolean> {
  if (!one || !other) return one === other;
  if (one.target !== other.target) return false;
  if (one.target !== undefined) return true;
  if (one.size !== other.size) return false;
  using first = await Deno.open(one.location);
  using second = await Deno.open(other.location);
  const [a, b] = [
    new Uint8Array(COMPARED_BYTES),
    new Uint8Array(COMPARED_BYTES),
  ];
  for (;;) {
    const [count, others] = await Promise.all([
      readFull(first, a),
      readFull(second, b),
    ]);
    if (count !== others) return false;
    if (count === 0) return true;
    if (!isEqual(a.subarray(0, count), b.subarray(0, count))) return false;
  }
}

async function readFull(
  file: Deno.FsFile,
  buffer: Uint8Array,
): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const count = await file.read(buffer.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return filled;
}

/** Compares eight bytes at a time. */
function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  const words = Math.floor(one.length / 8);
  const [a, b] = [one, other]
    .map(({ buffer, byteOffset }) =>
      new BigUint64Array(buffer, byteOffset, words)
    );
  for (let n = 0; n < words; n++) if (a[n] !== b[n]) return false;
  for (let n = 8 * words; n < one.length; n++) {
    if (one[n] !== other[n]) return false;
  }
  return true;
}
