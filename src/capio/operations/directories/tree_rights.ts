import { join } from "@std/path";
import type { Place, PlaceNames, Workspace } from "../../overlay/mod.ts";
import {
  type Access,
  type Endpoint,
  LOOK,
  MAKE,
  READ,
  WRITE,
} from "../finding/mod.ts";
import { childOf, lstatIfPresent, pathOf, system } from "../../platform/mod.ts";
import { listBoth } from "./listing.ts";

/** An entry below a directory. */
interface EntryBelow {
  /** Relative to that directory, with `/`. */
  readonly path: string;
  readonly isDirectory: boolean;
}

/**
 * Checks the removal of everything below a place against the graph.
 *
 * @throws {Deno.errors.NotCapable} If the app may not remove all of it.
 */
export function checkRemovingBelow(workspace: Workspace, place: Place): void {
  const { rights } = workspace;
  if (!rights.enforcesGraph) return;
  for (const entry of insideBelow(workspace, place.path, "")) {
    const use = entry.isDirectory ? "remove" : "write";
    rights.checkGraph(placeBelow(place, entry), use);
  }
}

/**
 * Checks the copying of an entry, with everything below it, that the runtime is
 * going to make and of which it knows only the two paths.
 *
 * @throws {Deno.errors.NotCapable} If the app may not read or write any of it.
 */
export function checkCopying(from: Endpoint, to: Endpoint): void {
  const isLimited = [from, to].some((it) =>
    "place" in it &&
    (it.workspace.rights.isLimited || it.workspace.homes.areSeveral)
  );
  if (!isLimited) return;
  const below = [...entriesBelow(from)];
  const isDirectory = below.length > 0;
  for (const entry of [{ path: "", isDirectory }, ...below]) {
    if ("place" in from) checkCopyAt(from, entry, READ, LOOK);
    if ("place" in to) checkCopyAt(to, entry, WRITE, MAKE);
  }
}

function checkCopyAt(
  { workspace: { rights, homes }, place: top }: Extract<
    Endpoint,
    { place: Place }
  >,
  entry: EntryBelow,
  ofFile: Access,
  ofDirectory: Access,
): void {
  const place = entry.path === "" ? top : placeBelow(top, entry);
  const access = entry.isDirectory ? ofDirectory : ofFile;
  const { permissions, graph } = access;
  rights.isPermitted(place, permissions);
  if (graph) rights.checkGraph(place, graph);
  homes.checkUse(place, access);
}

function placeBelow(
  { path, given }: PlaceNames,
  entry: EntryBelow,
): PlaceNames {
  return {
    path: childOf(path, entry.path),
    given: `${given}/${entry.path}`,
  };
}

function entriesBelow(from: Endpoint): Iterable<EntryBelow> {
  return "outside" in from
    ? outsideBelow(pathOf(from.outside), "")
    : insideBelow(from.workspace, from.place.path, "");
}

function* insideBelow(
  workspace: Workspace,
  directory: string,
  prefix: string,
): Generator<EntryBelow> {
  // What a link leads to is not below it.
  if (!workspace.trees.isDirectory(directory)) return;
  for (const { name, isDirectory } of listBoth(workspace, directory).values()) {
    const path = `${prefix}${name}`;
    yield { path, isDirectory };
    yield* insideBelow(workspace, childOf(directory, name), `${path}/`);
  }
}

function* outsideBelow(
  directory: string,
  prefix: string,
): Generator<EntryBelow> {
  if (!lstatIfPresent(directory)?.isDirectory) return;
  for (const { name, isDirectory } of system.readDirSync(directory)) {
    const path = `${prefix}${name}`;
    yield { path, isDirectory };
    yield* outsideBelow(join(directory, name), `${path}/`);
  }
}
