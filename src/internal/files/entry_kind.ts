import { isDeno } from "../runtimes/mod.ts";

/** The parts of a `Deno.FileInfo` that tell what a name leads to. */
export type EntryInfo = Pick<
  Deno.FileInfo,
  | "isFile"
  | "isDirectory"
  | "isSymlink"
  | "isFifo"
  | "isSocket"
  | "dev"
  | "ino"
  | "mtime"
  | "nlink"
  | "size"
  | "uid"
>;

/**
 * Looks at a name without following a link.
 *
 * @returns Nothing if there is no such name.
 */
export function lstatIfThere(path: string): EntryInfo | undefined {
  if (!isDeno) return lstatInNode(path);
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function lstatInNode(path: string): EntryInfo | undefined {
  // deno-lint-ignore no-process-global
  const { lstatSync } = process.getBuiltinModule("node:fs");
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const { dev, ino, mtime, nlink, size, uid } = stats;
  return {
    isFile: stats.isFile(),
    isDirectory: stats.isDirectory(),
    isSymlink: stats.isSymbolicLink(),
    isFifo: stats.isFIFO(),
    isSocket: stats.isSocket(),
    ...{ dev, ino, mtime, nlink, size, uid },
  };
}

/** Says what an entry of a directory is, for an error: "a link". */
export function kindOfEntry(info: EntryInfo): string {
  if (info.isSymlink) return "a link";
  if (info.isFile) return "a file";
  if (info.isDirectory) return "a directory";
  if (info.isFifo) return "a named pipe";
  if (info.isSocket) return "a socket";
  return "a device";
}
