import {
  type EntryInfo,
  kindOfEntry,
  lstatIfThere,
} from "../../internal/mod.ts";

/** Opening a named pipe in both directions does not wait for another program. */
const OPTIONS: Deno.OpenOptions = { read: true, append: true };

/**
 * Looks at a name that belongs to a line buffer, without following a link.
 *
 * Others may write to the directory of a buffer, for instance `/tmp`. A link
 * there would lead to a file elsewhere, and a named pipe would wait for ever, so
 * a buffer uses nothing but plain files that have no other name.
 *
 * @returns Nothing if there is no such name.
 * @throws {Deno.errors.InvalidData} If it is something else than a plain file.
 */
export function plainFileAt(path: string): EntryInfo | undefined {
  const info = lstatIfThere(path);
  if (info !== undefined) checkPlain(path, info);
  return info;
}

/**
 * Opens a plain file to read and append, and creates it if there is none.
 *
 * @throws {Deno.errors.InvalidData} If the name is something else, or becomes
 * something else meanwhile; nothing was changed then.
 */
export async function openPlainFile(path: string): Promise<Deno.FsFile> {
  const before = plainFileAt(path);
  if (before === undefined) {
    // Fails if the name is taken meanwhile, also by a link.
    const options = { ...OPTIONS, createNew: true };
    const created = await Deno.open(path, options).catch((error) => {
      if (error instanceof Deno.errors.AlreadyExists) return undefined;
      throw error;
    });
    return created ?? await openPlainFile(path);
  }
  return await openSame(path, before, OPTIONS);
}

/** Reads a plain file as text; nothing if there is no such name. */
export async function readPlainFile(path: string): Promise<string | undefined> {
  const before = plainFileAt(path);
  if (before === undefined) return undefined;
  using file = await openSame(path, before, { read: true });
  return await new Response(file.readable).text();
}

/** Removes a plain file, if there is one. */
export async function removePlainFile(path: string): Promise<void> {
  if (plainFileAt(path) !== undefined) await Deno.remove(path);
}

async function openSame(
  path: string,
  before: EntryInfo,
  options: Deno.OpenOptions,
): Promise<Deno.FsFile> {
  const file = await Deno.open(path, options);
  const opened = file.statSync();
  if (opened.ino === before.ino && opened.dev === before.dev) return file;
  file.close();
  throw new Deno.errors.InvalidData(
    `Cannot use "${path}": it was replaced while it was opened, try again`,
  );
}

function checkPlain(path: string, info: EntryInfo): void {
  // Windows does not count names.
  const names = info.nlink ?? 1;
  if (info.isFile && names <= 1) return;
  const found = info.isFile ? `a file with ${names} names` : kindOfEntry(info);
  throw new Deno.errors.InvalidData(
    `Cannot use "${path}": expected a file of a LineFileBuffer, found ` +
      `${found}; remove it, or choose another path`,
  );
}
