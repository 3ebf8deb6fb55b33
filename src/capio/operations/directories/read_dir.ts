import type { Place, Workspace } from "../../overlay/mod.ts";
import { directoryIterator } from "./directory_iterator.ts";
import { Listing } from "./listing.ts";

/** `Deno.readDir`: entries as they appear, until the directory is complete. */
export function readDir(
  workspace: Workspace,
  place: Place,
): AsyncIterable<Deno.DirEntry> {
  return {
    [Symbol.asyncIterator]: () =>
      directoryIterator(workspace, new Listing(workspace, place)),
  };
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
