import { join } from "@std/path";
import type { Workspace } from "../../overlay/mod.ts";
import {
  ifPresent,
  lstatIfPresent,
  parentOf,
  system,
  SYSTEM_DIRECTORY,
} from "../../platform/mod.ts";
import { spoolOf } from "../../workflow/mod.ts";

/** Most entries of a directory among which another name is looked for. */
const MOST_ENTRIES = 10_000;

/** The members that were told of names that part. */
const told = new WeakSet<Workspace>();

/** The other names of a file that a member begins to write. */
export interface LinkedNames {
  /** Finished files of the workflow, and real files beside the one written. */
  readonly finished: readonly string[];
  /** Names that are still in a spool, and that nobody writes to. */
  readonly unfinished: readonly string[];
}

/**
 * Finds the other names of a finished file: what is written under one name is
 * read under all. Those that no member gave are looked for in its own directory
 * alone.
 *
 * @param info The file, in the real tree or in a spool.
 */
export function linkedNames(
  workspace: Workspace,
  path: string,
  info: Deno.FileInfo,
): LinkedNames {
  const { workflow, folder } = workspace;
  const finished: string[] = [];
  const unfinished: string[] = [];
  const { nlink } = info;
  if (nlink === null || nlink < 2) return { finished, unfinished };
  const isComplete = () => finished.length + unfinished.length >= nlink - 1;
  const { paths, engine } = workflow.state;
  for (const [name, file] of paths) {
    if (isComplete()) break;
    if (name === path || file.kind !== "file") continue;
    if (workflow.isInSpool(name)) {
      const isFree = file.phase === "open" && file.holders.length === 0;
      const location = folder.spool(name, spoolOf(file));
      if (isFree && isSame(location, info)) unfinished.push(name);
    } else if (
      file.phase === "committed" && isSame(folder.real(name), info)
    ) finished.push(name);
  }
  if (isComplete()) return { finished, unfinished };
  const parent = parentOf(path);
  for (const entry of entriesOf(folder.real(parent))) {
    if (isComplete()) return { finished, unfinished };
    const name = parent === "" ? entry : join(parent, entry);
    if (name === SYSTEM_DIRECTORY || name === path) continue;
    if (paths.has(name) || engine.isExcluded(name)) continue;
    if (isSame(folder.real(name), info)) finished.push(name);
  }
  if (!isComplete()) tellThatNamesPart(workspace, path);
  return { finished, unfinished };
}

/** Tells a member, once, that a file gets other contents than under its names. */
export function tellThatNamesPart(workspace: Workspace, path: string): void {
  if (told.has(workspace)) return;
  told.add(workspace);
  console.warn(
    `sluice: "${path}" has another name (a hard link), under which what "${workspace.workflow.app}" writes to it now is not seen. Name both under "exclude" in the CAPIO-CL configuration if they have to stay one file`,
  );
}

function isSame(location: string, { ino, dev }: Deno.FileInfo): boolean {
  const info = lstatIfPresent(location);
  return info !== undefined && info.ino === ino && info.dev === dev;
}

function entriesOf(directory: string): string[] {
  const names: string[] = [];
  ifPresent(() => {
    for (const { name, isFile } of system.readDirSync(directory)) {
      if (names.length === MOST_ENTRIES) break;
      if (isFile) names.push(name);
    }
  });
  return names;
}
