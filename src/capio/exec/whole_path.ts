import { Listing, noteEndRead, untilOpenable } from "../operations/mod.ts";
import { type Place, View, type Workspace } from "../overlay/mod.ts";
import { call, childOf, type Operation, system } from "../platform/mod.ts";
import { endReadiness, openReadiness } from "../workflow/mod.ts";
import type { Scratch } from "./scratch.ts";

/** Where a file or a directory lies, for any program to use it. */
interface Whole {
  /** Relative to `capioDir`. */
  readonly path: string;
  readonly location: string;
  /** The entries of a directory. */
  readonly entries?: readonly Whole[];
}

/**
 * Waits until a file, or a directory with all that is in it, is finished, and
 * returns the path under which any program finds it. A directory whose entries
 * do not lie in one place is put together of links in a place of its own.
 *
 * @throws {CapioError} If a writer is lost.
 * @throws {Deno.errors.NotFound} If nobody makes it.
 */
export function* wholePath(
  workspace: Workspace,
  place: Place,
  scratch: Scratch,
  signal?: AbortSignal,
): Operation<string> {
  const whole = yield* untilWhole(workspace, place, signal);
  const base = baseOf(whole, whole.path);
  if (base !== undefined && !hasOthers(whole, base)) return base;
  const linked = scratch.place(whole.path || "directory");
  linkAll(whole, linked);
  return linked;
}

/** Returns whether a file can be opened without a wait, and is finished. */
export function isWholeNow(workspace: Workspace, place: Place): boolean {
  const { workflow, state } = workspace;
  const { path, through } = place;
  const lookAtReal = () => workspace.trees.real(path);
  const verdict = openReadiness(state, workflow, path, { lookAtReal, through });
  if (verdict.type !== "go" || verdict.isMissing) return false;
  const file = new View(workspace).fileAt(path, state);
  return file === undefined || file.phase === "committed";
}

function* untilWhole(
  workspace: Workspace,
  place: Place,
  signal: AbortSignal | undefined,
): Operation<Whole> {
  const here = yield* untilOpenable(workspace, place, signal);
  const { path } = here;
  if (workspace.trees.isDirectory(path)) {
    return yield* untilWholeDirectory(workspace, here, signal);
  }
  const { workflow } = workspace;
  const view = new View(workspace);
  yield* workspace.until(here, (state) => {
    const file = view.fileAt(path, state);
    return file?.kind === "file"
      ? endReadiness(state, workflow, file, () => 0)
      : { type: "go" };
  }, signal);
  const file = view.fileAt(path);
  if (file?.phase === "committed") {
    noteEndRead(workspace, file);
    workflow.publish(file);
    workflow.refresh();
  }
  const location = view.locate(path);
  // The system reports what is missing by the name that was given.
  yield* namedAs(place, location, call("stat", location));
  return { path, location };
}

function* untilWholeDirectory(
  workspace: Workspace,
  place: Place,
  signal: AbortSignal | undefined,
): Operation<Whole> {
  const listing = new Listing(workspace, place);
  const entries: Whole[] = [];
  for (;;) {
    const fresh = yield* listing.next(signal);
    if (fresh.length === 0) break;
    for (const { name } of fresh) {
      const below = {
        ...place,
        path: childOf(place.path, name),
        given: `${place.given}/${name}`,
        search: { ...place.search, full: `${place.search.full}/${name}` },
      };
      entries.push(yield* untilWhole(workspace, below, signal));
    }
  }
  const { path } = listing.place;
  return { path, location: new View(workspace).locate(path), entries };
}

function* namedAs<T>(
  { given }: Place,
  location: string,
  operation: Operation<T>,
): Operation<T> {
  try {
    return yield* operation;
  } catch (error) {
    if (error instanceof Error) {
      error.message = error.message.replaceAll(location, () => given);
    }
    throw error;
  }
}

/**
 * Returns the directory in which all entries have their places, as seen from one
 * tree; `undefined` when they lie in several.
 */
function baseOf(whole: Whole, top: string): string | undefined {
  const { path, location, entries } = whole;
  if (!entries) {
    const below = path.slice(top.length);
    return location.endsWith(below)
      ? location.slice(0, location.length - below.length)
      : undefined;
  }
  const bases = new Set(entries.map((entry) => baseOf(entry, top)));
  if (bases.size === 0) {
    return location.slice(0, location.length - path.slice(top.length).length);
  }
  const [base] = bases;
  return bases.size === 1 ? base : undefined;
}

/** Returns whether a directory on disk has other entries than it is to have. */
function hasOthers({ entries }: Whole, location: string): boolean {
  if (!entries) return false;
  const present = [...system.readDirSync(location)].length;
  return present !== entries.length ||
    entries.some((entry) => hasOthers(entry, `${location}/${nameOf(entry)}`));
}

function linkAll(whole: Whole, target: string): void {
  const { location, entries } = whole;
  if (!entries) return linkFile(location, target);
  system.mkdirSync(target);
  for (const entry of entries) linkAll(entry, `${target}/${nameOf(entry)}`);
}

function linkFile(location: string, target: string): void {
  try {
    system.linkSync(location, target);
  } catch {
    // It lies on another disk, or the system has no such links.
    system.symlinkSync(location, target);
  }
}

function nameOf({ path }: Whole): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
