import type { Place, Workspace } from "../overlay/mod.ts";
import {
  childOf,
  ifPresent,
  type Operation,
  system,
  SYSTEM_DIRECTORY,
} from "../platform/mod.ts";
import { listingReadiness } from "../workflow/mod.ts";
import { namingGivenPath } from "./at_location.ts";
import { isUnknown } from "./stale_counterpart.ts";
import { untilAnnouncedExists } from "./stat.ts";

/** `Deno.readDir`: entries as they appear, until the directory is complete. */
export function readDir(
  workspace: Workspace,
  place: Place,
): AsyncIterable<Deno.DirEntry> {
  return { [Symbol.asyncIterator]: () => entriesOf(workspace, place) };
}

async function* entriesOf(
  workspace: Workspace,
  place: Place,
): AsyncGenerator<Deno.DirEntry> {
  const listing = new Listing(workspace, place);
  for (;;) {
    const entries = await workspace.run(listing.next());
    if (entries.length === 0) return;
    yield* entries;
  }
}

/**
 * `Deno.readDirSync`: the same, blocking while there is no new entry. For a
 * complete directory it returns the iterator of an array, as the original does:
 * Node's `opendirSync` relies on that.
 */
export function readDirSync(
  workspace: Workspace,
  place: Place,
): IterableIterator<Deno.DirEntry> {
  const listing = new Listing(workspace, place);
  const first = workspace.runSync(listing.next());
  return listing.isDone ? first.values() : goOn(workspace, listing, first);
}

function* goOn(
  workspace: Workspace,
  listing: Listing,
  entries: Deno.DirEntry[],
): Generator<Deno.DirEntry> {
  for (; entries.length > 0; entries = workspace.runSync(listing.next())) {
    yield* entries;
  }
}

/** Waits until the directory is complete. */
export function* untilListed(
  workspace: Workspace,
  place: Place,
): Operation<void> {
  const listing = new Listing(workspace, place);
  while ((yield* listing.next()).length > 0);
}

/** Lists the entries of both trees, the spool's first, without sluice's own. */
export function listBoth(
  workspace: Workspace,
  path: string,
): Map<string, Deno.DirEntry> {
  const { folder } = workspace;
  const entries = new Map<string, Deno.DirEntry>();
  for (const directory of [folder.spool(path), folder.real(path)]) {
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

class Listing {
  readonly #workspace: Workspace;
  readonly #place: Place;
  readonly #seen = new Set<string>();
  #checked = false;
  #done = false;

  constructor(workspace: Workspace, place: Place) {
    this.#workspace = workspace;
    this.#place = place;
  }

  /** Whether the listing has come to its end. */
  get isDone(): boolean {
    return this.#done;
  }

  /** Returns the entries since the last call; none at the end. */
  *next(): Operation<Deno.DirEntry[]> {
    if (this.#done) return [];
    yield* this.#begin();
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
    });
    for (const { name } of fresh) this.#seen.add(name);
    return fresh;
  }

  *#begin(): Operation<void> {
    if (this.#checked) return;
    this.#checked = true;
    const workspace = this.#workspace;
    const { path } = this.#place;
    yield* untilAnnouncedExists(workspace, this.#place);
    if (workspace.state.engine.fireRule(path) === "update") {
      yield* workspace.until(this.#place, (state) => {
        const verdict = listingReadiness(
          state,
          workspace.workflow,
          path,
          () => 0,
        );
        // The entries come before the error, as the bytes of a file do.
        return verdict.type === "refuse" ? { type: "go" } : verdict;
      });
    }
    if (workspace.isDirectory(path)) return;
    // The system reports the error.
    const location = workspace.locate(path) + this.#place.tail;
    try {
      [...system.readDirSync(location)];
    } catch (error) {
      throw namingGivenPath(error, location, this.#place);
    }
  }
}
