import type { Place, Workspace } from "../overlay/mod.ts";
import { call, type Operation } from "../platform/mod.ts";
import { contentReadiness, openReadiness } from "../workflow/mod.ts";
import { atLocation } from "./at_location.ts";

/** `Deno.stat`: of the file now, or at its commit under the rule `update`. */
export function stat(
  workspace: Workspace,
  place: Place,
): Operation<Deno.FileInfo> {
  return lookAt(workspace, place, (location) => call("stat", location));
}

/** `Deno.lstat`: of a link itself, else as {@linkcode stat}. */
export function lstat(
  workspace: Workspace,
  place: Place,
): Operation<Deno.FileInfo> {
  return lookAt(workspace, place, (location) => call("lstat", location));
}

/** Looks with `look` once the file is there and may be seen. */
export function* lookAt<T>(
  workspace: Workspace,
  place: Place,
  look: (location: string) => Operation<T>,
): Operation<T> {
  yield* untilAnnouncedExists(workspace, place);
  yield* untilVisible(workspace, place);
  return yield* atLocation(workspace, place, look);
}

/**
 * Waits for a file that a producer is going to create. For a file that nobody
 * announced there is no wait: programs ask whether it exists.
 */
export function* untilAnnouncedExists(
  workspace: Workspace,
  place: Place,
): Operation<void> {
  const { workflow } = workspace;
  if (workspace.state.engine.producers(place.path).length === 0) return;
  yield* workspace.until(place, (state) => {
    const verdict = openReadiness(
      state,
      workflow,
      place.path,
      () => workspace.real(place.path),
    );
    // The system itself reports the missing file.
    return verdict.type === "refuse" ? { type: "go" } : verdict;
  });
}

/** Waits until this member may see the size of the file. */
export function* untilVisible(
  workspace: Workspace,
  place: Place,
): Operation<void> {
  const entry = workspace.state.paths.get(place.path);
  if (entry?.kind !== "file") return;
  yield* workspace.until(
    place,
    (state) => contentReadiness(state, workspace.workflow, entry),
  );
}
