/**
 * Looks at a name without following a link.
 *
 * @returns Nothing if there is no such name.
 */
export function lstatIfThere(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Says what an entry of a directory is, for an error: "a link". */
export function kindOfEntry(info: Deno.FileInfo): string {
  if (info.isSymlink) return "a link";
  if (info.isFile) return "a file";
  if (info.isDirectory) return "a directory";
  if (info.isFifo) return "a named pipe";
  if (info.isSocket) return "a socket";
  return "a device";
}
