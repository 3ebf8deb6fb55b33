import { dirname, join, resolve } from "@std/path";
import type { Workspace } from "../overlay/mod.ts";
import { system } from "../platform/mod.ts";
import { programFailed } from "./program_error.ts";
import type { ProgramFile } from "./program_files.ts";

/**
 * Checks what a program has made for a `{newfile:}` or a `{newdir:}`, before any
 * of it is published: a file, or a directory of files, directories and symbolic
 * links that stay in the directory of the workflow.
 *
 * @param location Where it lies until then.
 * @throws {CapioError} If it is, or holds, anything else.
 */
export function checkMade(
  { folder }: Workspace,
  { use, place }: ProgramFile,
  location: string,
): void {
  const info = system.lstatSync(location);
  if (use === "newfile" && !info.isFile) {
    throw refusal(place.given, `${kindOf(info)}, not a file`);
  }
  if (use === "newdir" && !info.isDirectory) {
    throw refusal(place.given, `${kindOf(info)}, not a directory`);
  }
  if (info.isDirectory) check(location, folder.real(place.path), place.given);

  function check(directory: string, target: string, given: string): void {
    for (const { name } of entriesOf(directory, given)) {
      const [at, final] = [join(directory, name), join(target, name)];
      const shown = `${given}/${name}`;
      const info = system.lstatSync(at);
      if (info.isDirectory) check(at, final, shown);
      else if (info.isSymlink) checkLink(at, final, shown);
      else if (!info.isFile) throw refusal(shown, kindOf(info));
    }
  }

  function checkLink(at: string, final: string, given: string): void {
    const text = system.readLinkSync(at);
    const target = resolve(dirname(final), text);
    const stays = isIn(folder.capioDir, target) && !isIn(folder.base, target);
    if (stays) return;
    throw refusal(
      given,
      `a symbolic link to "${text}", which leads out of the workflow's directory`,
    );
  }
}

function refusal(given: string, found: string): Error {
  return programFailed(`Cannot publish "${given}": it is ${found}`, undefined);
}

function kindOf(info: Deno.FileInfo): string {
  if (info.isFile) return "a file";
  if (info.isDirectory) return "a directory";
  if (info.isSymlink) return "a symbolic link";
  if (info.isFifo) return "a named pipe";
  return info.isSocket ? "a socket" : "a device";
}

function entriesOf(directory: string, given: string): Deno.DirEntry[] {
  try {
    return [...system.readDirSync(directory)];
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    throw refusal(given, "a directory that cannot be read");
  }
}

function isIn(directory: string, path: string): boolean {
  return path === directory || path.startsWith(join(directory, "/"));
}
