import { CallPlace } from "../../../internal/mod.ts";
import type { Workspace } from "../../overlay/mod.ts";
import type { Listing } from "./listing.ts";

type Result = IteratorResult<Deno.DirEntry>;

/**
 * Iterates over a listing as Deno's own iterator does: calls of `next` may come
 * before the last one has answered, an error does not end the iterator, and a
 * call that finds the end already met fails as one on a closed directory.
 */
export function directoryIterator(
  workspace: Workspace,
  listing: Listing,
): AsyncIterableIterator<Deno.DirEntry> {
  const place = new CallPlace();
  const closing = new AbortController();
  let entries: Deno.DirEntry[] = [];
  /** How many of the entries have been taken. */
  let taken = 0;
  /** The calls that have not answered yet, one after the other. */
  let pending: Promise<unknown> | undefined;
  let isDone = false;

  async function answer(): Promise<Result> {
    if (isDone) throw closed();
    if (taken === entries.length) {
      try {
        entries = await workspace.run(listing.next(closing.signal));
      } catch (error) {
        throw place.traced(error);
      }
      taken = 0;
    }
    if (isDone) throw closed();
    if (taken < entries.length) return { value: entries[taken++], done: false };
    isDone = true;
    return { value: undefined, done: true };
  }

  return {
    next() {
      if (isDone) return Promise.resolve({ value: undefined, done: true });
      if (!pending && taken < entries.length) {
        return Promise.resolve({ value: entries[taken++], done: false });
      }
      const result = pending ? pending.then(answer, answer) : answer();
      pending = result;
      const end = () => {
        if (pending === result) pending = undefined;
      };
      result.then(end, end);
      return result;
    },
    return(value) {
      isDone = true;
      closing.abort(closed());
      return Promise.resolve({ value, done: true });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function closed(): Error {
  return new Deno.errors.BadResource("Bad resource ID");
}
