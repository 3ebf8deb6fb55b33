import type { Place, Workspace } from "../../overlay/mod.ts";
import {
  childOf,
  ifPresent,
  isAbsence,
  type Operation,
  system,
  SYSTEM_DIRECTORY,
} from "../../platform/mod.ts";
import { isListedAtOnce, listingReadiness } from "../../workflow/mod.ts";
import {
  LOOK,
  namingGivenPath,
  untilAnnouncedExists,
  untilAt,
} from "../finding/mod.ts";
import { isUnknown } from "./stale_counterpart.ts";

/** The entries of a directory, as they appear until it is complete. */
export class Listing {
  readonly #workspace: Workspace;
  #place: Place;
  readonly #seen = new Set<string>();
  #checked = false;
  #done = false;

  constructor(workspace: Workspace, place: Place) {
    this.#workspace = workspace;
    this.#place = place;
  }

  /** The place of the directory, once entries have been returned. */
  get place(): Place {
    return this.#place;
  }

  /** Whether the listing has come to its end. */
  get isDone(): boolean {
    return this.#done;
  }

  /**
   * Returns the entries since the last call; none at the end.
   *
   * @param signal Ends the wait for an entry.
   */
  *next(signal?: AbortSignal): Operation<Deno.DirEntry[]> {
    if (this.#done) return [];
    if (!this.#checked) yield* this.#begin(signal);
    this.#checked = true;
    const workspace = this.#workspace;
    const { path } = this.#place;
    let fresh: Deno.DirEntry[] = [];
    yield* workspace.until(this.#place, (state) => {
      // Before the look, so that it sees all entries from before a commit.
      const verdict = listingReadiness(
        state,
        workspace.workflow,
        path,
        () => this.#seen.size,
      );
      fresh = [...listBoth(workspace, path).values()]
        .filter(({ name }) => !this.#seen.has(name));
      this.#done = verdict.type === "go";
      return fresh.length > 0 ? { type: "go" } : verdict;
    }, signal);
    for (const { name } of fresh) this.#seen.add(name);
    const { workflow } = workspace;
    if (this.#done && isListedAtOnce(workflow.state, path)) {
      workflow.answers.listed(path);
    }
    return fresh;
  }

  *#begin(signal: AbortSignal | undefined): Operation<void> {
    const workspace = this.#workspace;
    const { workflow } = workspace;
    this.#place = yield* untilAnnouncedExists(workspace, this.#place);
    this.#place = yield* untilAt(workspace, this.#place, LOOK, (state, it) => {
      if (state.engine.fireRule(it.path) !== "update") return { type: "go" };
      const verdict = listingReadiness(state, workflow, it.path, () => 0);
      // The entries come before the error, as the bytes of a file do.
      return verdict.type === "refuse" ? { type: "go" } : verdict;
    }, signal);
    const { path } = this.#place;
    if (workspace.trees.isDirectory(path)) return;
    // The system reports the error.
    const location = workspace.trees.locate(path) + this.#place.tail;
    try {
      [...system.readDirSync(location)];
    } catch (error) {
      if (isAbsence(error)) workflow.answers.asked(path);
      throw namingGivenPath(error, location, this.#place);
    }
  }
}

/** Waits until the directory is complete, and returns its place. */
export function* untilListed(
  workspace: Workspace,
  place: Place,
): Operation<Place> {
  const listing = new Listing(workspace, place);
  while ((yield* listing.next()).length > 0);
  return listing.place;
}

/** Lists the entries of all trees, those of the spools first, without sluice's own. */
export function listBoth(
  workspace: Workspace,
  path: string,
): Map<string, Deno.DirEntry> {
  const { folder } = workspace;
  const entries = new Map<string, Deno.DirEntry>();
  for (const directory of folder.trees(path)) {
    workspace.spoolWays.checkLocation(directory);
    const found = ifPresent(() => [...system.readDirSync(directory)]) ?? [];
    for (const entry of found) {
      if (path === "" && entry.name === SYSTEM_DIRECTORY) continue;
      if (entries.has(entry.name)) continue;
      const below = childOf(path, entry.name);
      if (isUnknown(workspace, below)) continue;
      entries.set(entry.name, entry);
    }
  }
  return entries;
}
