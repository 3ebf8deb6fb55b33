import type { Dirent } from "node:fs";
import { join } from "@std/path";
import {
  atLocation,
  isUnknown,
  untilAnnouncedExists,
  untilListed,
} from "../operations/mod.ts";
import {
  childOf,
  isAbsence,
  type Operation,
  SYSTEM_DIRECTORY,
} from "../platform/mod.ts";
import type { Subject } from "./node_operations.ts";

/** `fs.readdir`: the entries of both trees, once the directory is complete. */
export function* readdir(
  subject: Subject,
  ...args: unknown[]
): Operation<unknown[]> {
  const { original, workspace, place } = subject;
  yield* untilAnnouncedExists(workspace, place);
  if (!workspace.isDirectory(place.path)) {
    return yield* atLocation(
      workspace,
      place,
      (location) => original.call("readdir", location, ...args),
    );
  }
  yield* untilListed(workspace, place);
  const { folder } = workspace;
  const entries = new Map<string, unknown>();
  for (const tree of [folder.spool(place.path), folder.real(place.path)]) {
    for (const entry of yield* listOne(subject, tree, args)) {
      const name = nameBelow(entry, tree);
      const [first] = name.split(/[/\\]/, 1);
      if (place.path === "" && first === SYSTEM_DIRECTORY) continue;
      if (entries.has(name)) continue;
      const below = childOf(place.path, name);
      if (isUnknown(workspace, below)) continue;
      entries.set(name, entry);
      if (!isDirent(entry)) continue;
      const rest = entry.parentPath.slice(tree.length);
      entry.parentPath = rest === "" ? place.given : join(place.given, rest);
    }
  }
  return [...entries.values()];
}

function* listOne(
  { original }: Subject,
  directory: string,
  args: unknown[],
): Operation<unknown[]> {
  try {
    return yield* original.call("readdir", directory, ...args);
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
}

function nameBelow(entry: unknown, tree: string): string {
  if (!isDirent(entry)) return String(entry);
  const directory = entry.parentPath.slice(tree.length + 1);
  return directory ? `${directory}/${entry.name}` : String(entry.name);
}

function isDirent(entry: unknown): entry is Dirent {
  return typeof entry === "object" && entry !== null && "parentPath" in entry;
}
