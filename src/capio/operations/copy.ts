import { call, type Operation, system } from "../platform/mod.ts";
import { View } from "../overlay/mod.ts";
import { atLocation, type Endpoint, withGivenPath } from "./finding/mod.ts";
import { noteEndRead } from "./open.ts";
import { untilWhole } from "./read_file.ts";
import { writeByPath } from "./writing/mod.ts";

/** Copies a file to another one, which may have been created for the copy. */
export type Copy = (
  source: string | URL,
  target: string | URL,
  isCreated: boolean,
) => Operation<void>;

/** `Deno.copyFile`: waits until the source is complete. */
export function copyFile(from: Endpoint, to: Endpoint): Operation<void> {
  const opening = { write: true, create: true, truncate: true };
  return copyWith(from, to, opening, callCopyFile);
}

/** Copies a file with `copy` once the file is complete. */
export function* copyWith(
  from: Endpoint,
  to: Endpoint,
  opening: Deno.OpenOptions,
  copy: Copy,
): Operation<void> {
  if ("outside" in from) return yield* copyTo(to, from.outside, opening, copy);
  const { workspace } = from;
  const place = yield* untilWhole(workspace, from.place);
  yield* atLocation(
    workspace,
    place,
    (source) => copyTo(to, source, opening, copy),
    () => new View(workspace).locate(place.path),
  );
  const entry = workspace.workflow.state.paths.get(place.path);
  if (entry?.phase === "committed") noteEndRead(workspace, entry);
}

function callCopyFile(
  source: string | URL,
  target: string | URL,
): Operation<void> {
  return call("copyFile", source, target);
}

function* copyTo(
  to: Endpoint,
  source: string | URL,
  opening: Deno.OpenOptions,
  copy: Copy,
): Operation<void> {
  if ("outside" in to) return yield* copy(source, to.outside, false);
  const { workspace, place } = to;
  const location = workspace.trees.locate(place.path);
  // A copy that fails leaves the target as it is.
  if (source === location || !isReadable(source)) {
    return yield* withGivenPath(
      location,
      place,
      (target) => copy(source, target, false),
    );
  }
  yield* writeByPath(
    workspace,
    place,
    opening,
    (location, isCreated) => copy(source, location, isCreated),
  );
}

function isReadable(path: string | URL): boolean {
  try {
    // Opening anything but a file might wait.
    if (!system.statSync(path).isFile) return false;
    system.openSync(path).close();
    return true;
  } catch {
    return false;
  }
}
