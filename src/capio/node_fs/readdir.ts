import type { Dirent } from "node:fs";
import { join } from "@std/path";
import {
  ask,
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
import { encodedPath, isPathEncoding, pathEncodingOf } from "./forms/mod.ts";

/** `fs.readdir`: the entries of both trees, once the directory is complete. */
export function* readdir(
  subject: Subject,
  options: unknown,
): Operation<unknown[]> {
  const { original, workspace, place } = subject;
  const encoding = pathEncodingOf(options);
  if (!isPathEncoding(encoding)) {
    return yield* original.call("readdir", place.given, options);
  }
  const announced = yield* untilAnnouncedExists(workspace, place);
  if (!workspace.trees.isDirectory(announced.path)) {
    return yield* ask(
      workspace,
      announced,
      (location) => original.call("readdir", location, options),
    );
  }
  const { path, given } = yield* untilListed(workspace, announced);
  const { folder } = workspace;
  const plain = typeof options === "object" ? withoutEncoding(options) : {};
  const entries = new Map<string, unknown>();
  for (const tree of folder.trees(path)) {
    workspace.spoolWays.checkLocation(tree);
    for (const entry of yield* listOne(subject, tree, plain)) {
      const name = nameBelow(entry, tree);
      const [first] = name.split(/[/\\]/, 1);
      if (path === "" && first === SYSTEM_DIRECTORY) continue;
      if (entries.has(name)) continue;
      const below = childOf(path, name);
      if (isUnknown(workspace, below)) continue;
      entries.set(name, entry);
      if (!isDirent(entry)) continue;
      const rest = entry.parentPath.slice(tree.length);
      entry.parentPath = rest === "" ? given : join(given, rest);
    }
  }
  const all = [...entries.values()];
  return encoding ? all.map((entry) => encodedEntry(entry, encoding)) : all;
}

/** The names of both trees are compared as texts. */
function withoutEncoding(options: object | null): object {
  return { ...options, encoding: "utf8" };
}

function encodedEntry(entry: unknown, encoding: unknown): unknown {
  if (!isDirent(entry)) return encodedPath(String(entry), encoding);
  const { name, parentPath } = entry;
  return Object.assign(entry, {
    name: encodedPath(name, encoding),
    parentPath: encodedPath(parentPath, encoding),
  });
}

function* listOne(
  { original }: Subject,
  directory: string,
  options: object,
): Operation<unknown[]> {
  try {
    return yield* original.call("readdir", directory, options);
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
