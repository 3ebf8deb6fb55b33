import { dirname } from "@std/path";
import {
  CapioError,
  copyEntry,
  copyModeAndOwner,
  ifPresent,
  isAbsence,
  isOtherDisk,
  lstatIfPresent,
  nameOfKind,
  parentOf,
  system,
  withOwnerAccess,
} from "../platform/mod.ts";
import type { WorkflowFile } from "../journal/mod.ts";
import { spoolOf } from "./spools.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/** The entry to publish. */
type Entry = Pick<WorkflowFile, "kind" | "path" | "isInMemory">;

/** How an entry is published. */
export interface PublicationOptions {
  /**
   * Whether the caller has just created the file, under the lock that it still
   * has, and has looked at what leads to it in the spool for that.
   *
   * @default {false}
   */
  readonly isNew?: boolean;
}

/**
 * Moves a committed entry from its spool into the real tree.
 *
 * @throws {CapioError} If a link stands on the way, or an entry of another kind
 * in its place: nothing outside is touched.
 */
export function moveIntoPlace(
  folder: WorkflowFolder,
  entry: Entry,
  { isNew = false }: PublicationOptions = {},
): void {
  const { kind, path } = entry;
  const source = folder.spool(path, spoolOf(entry));
  try {
    if (isNew) folder.checkRealWay(parentOf(path));
    else checkPublication(folder, entry);
    if (kind === "directory") return publishDirectory(folder, path, source);
    // Memory and disk are two file systems, or may be.
    if (kind === "file" && folder.spoolAt(source) === "memory") {
      return copyFromMemory(folder, path, source, isNew);
    }
    switch (kind) {
      case "symlink":
        return move(folder, path, source);
      case "file":
        return moveFile(folder, path, source);
    }
  } catch (error) {
    throw cannotPublish(error, path, source);
  }
}

/**
 * Checks, directly before the publication of an entry, what it uses: the spool,
 * the directories on the way in both trees, and the entry itself. Links that
 * programs have made are published as links and never followed.
 *
 * @throws {CapioError} If the entry is not to be published.
 */
export function checkPublication(
  folder: WorkflowFolder,
  entry: Entry,
): void {
  const { kind, path } = entry;
  const spool = spoolOf(entry);
  // The directory itself gets a mode; anything else is renamed as it is.
  folder.checkWays(kind === "directory" ? path : parentOf(path), spool);
  if (kind === "directory") return;
  const source = folder.spool(path, spool);
  const info = lstatIfPresent(source);
  // A pipe in the place of a file would stop whoever opens it.
  if (!info || (kind === "symlink" ? info.isSymlink : info.isFile)) return;
  throw new CapioError(
    "UNTRUSTED",
    `"${source}" must be ${
      kind === "symlink" ? "a symbolic link" : "a file"
    }, found ${nameOfKind(info)}`,
  );
}

/** Its published entries may have made it before. */
function publishDirectory(
  folder: WorkflowFolder,
  path: string,
  source: string,
): void {
  folder.makeRealDirectory(path);
  const spooled = lstatIfPresent(source);
  if (spooled) copyModeAndOwner(folder.real(path), spooled);
}

/** Copies under another name first, so that the entry is whole when it appears. */
function copyFromMemory(
  folder: WorkflowFolder,
  path: string,
  source: string,
  isNew: boolean,
): void {
  if (!isNew && !lstatIfPresent(source)) {
    // A publisher died between the removal and its report.
    if (lstatIfPresent(folder.real(path))) return;
    throw new Deno.errors.NotFound("it is gone from memory");
  }
  const { published } = folder;
  copyEntry(source, published);
  moveFile(folder, path, published);
  withOwnerAccess(dirname(source), () => system.removeSync(source));
}

function moveFile(folder: WorkflowFolder, path: string, source: string): void {
  const target = folder.real(path);
  try {
    move(folder, path, source);
  } catch (error) {
    if (!isOtherDisk(error)) throw error;
    copyIntoPlace(source, target);
  }
}

/** Copies a file beside its place first, so that it is whole when it appears. */
function copyIntoPlace(source: string, target: string): void {
  const copy = `${target}.${crypto.randomUUID().slice(0, 8)}.published`;
  const info = system.lstatSync(source);
  // Nothing but a file is opened, and nothing is written through a link.
  if (!info.isFile || lstatIfPresent(copy)) {
    throw new CapioError(
      "UNTRUSTED",
      `"${source}" must be a file to be copied to another file system, found ${
        nameOfKind(info)
      }`,
    );
  }
  try {
    system.copyFileSync(source, copy);
    system.renameSync(copy, target);
  } catch (error) {
    ifPresent(() => system.removeSync(copy));
    throw error;
  }
  system.removeSync(source);
}

function move(folder: WorkflowFolder, path: string, source: string): void {
  const target = folder.real(path);
  try {
    // Entries leave even a directory whose mode the program made read-only.
    withOwnerAccess(dirname(source), () => system.renameSync(source, target));
  } catch (error) {
    if (!isAbsence(error)) throw error;
    // A publisher died between the move and its report.
    if (!lstatIfPresent(source)) return;
    folder.makeRealDirectory(dirname(path));
    withOwnerAccess(dirname(source), () => system.renameSync(source, target));
  }
}

function cannotPublish(error: unknown, path: string, source: string): unknown {
  if (!(error instanceof Error)) return error;
  error.message =
    `Cannot publish "${path}", which stays in "${source}": ${error.message}`;
  return error;
}
