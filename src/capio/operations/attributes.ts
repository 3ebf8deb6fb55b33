import type { Place, Workspace } from "../overlay/mod.ts";
import { call, type Operation } from "../platform/mod.ts";
import { atLocation, untilMade, WRITE } from "./finding/mod.ts";
import { writeByPath } from "./writing/mod.ts";

/** Changes an entry with `change`, at its location, once it is there. */
export function* changeWith<T>(
  workspace: Workspace,
  place: Place,
  change: (location: string) => Operation<T>,
): Operation<T> {
  const here = yield* untilMade(workspace, place, WRITE);
  return yield* atLocation(workspace, here, change);
}

/** `Deno.chmod` of the file at its location. */
export function chmod(
  workspace: Workspace,
  place: Place,
  mode: number,
): Operation<void> {
  return changeWith(
    workspace,
    place,
    (location) => call("chmod", location, mode),
  );
}

/** `Deno.chown` of the file at its location. */
export function chown(
  workspace: Workspace,
  place: Place,
  uid: number | null,
  gid: number | null,
): Operation<void> {
  return changeWith(
    workspace,
    place,
    (location) => call("chown", location, uid, gid),
  );
}

/** `Deno.utime` of the file at its location. */
export function utime(
  workspace: Workspace,
  place: Place,
  atime: number | Date,
  mtime: number | Date,
): Operation<void> {
  return changeWith(
    workspace,
    place,
    (location) => call("utime", location, atime, mtime),
  );
}

/** `Deno.truncate`: one opening and one close, as of a write. */
export function truncate(
  workspace: Workspace,
  place: Place,
  length?: number,
): Operation<void> {
  return writeByPath(
    workspace,
    place,
    { write: true },
    (location) => call("truncate", location, length),
    length,
  );
}
