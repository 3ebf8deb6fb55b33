import type { WorkflowState } from "../journal/mod.ts";
import type { Place, Workspace } from "../overlay/mod.ts";
import type { Operation } from "../platform/mod.ts";
import type { Verdict } from "../workflow/mod.ts";
import type { Access } from "./access.ts";

/**
 * Waits until `decide` says "go" for the place that the caller's path leads to
 * at that moment, and returns this place: a symbolic link on the way may come,
 * or change, during the wait.
 *
 * @param access The rights that the call needs, also for another place.
 * @throws {Deno.errors.NotCapable} If a link leads where the rights do not.
 */
export function* untilAt(
  workspace: Workspace,
  place: Place,
  access: Access,
  decide: (state: WorkflowState, place: Place) => Verdict,
  signal?: AbortSignal,
): Operation<Place> {
  let hasWaited = false;
  for (let here = place;;) {
    let next = here;
    yield* workspace.until(here, (state) => {
      next = workspace.findAgain(here, hasWaited);
      hasWaited = true;
      return next === here ? decide(state, here) : { type: "go" };
    }, signal);
    if (next === here) return here;
    checkAccess(workspace, next, access);
    here = next;
  }
}

function checkAccess(
  { rights }: Workspace,
  place: Place,
  { permissions, graph }: Access,
): void {
  if (!rights.isPermitted(place, permissions)) {
    throw new Deno.errors.NotCapable(
      `Requires read access to "${place.given}", whose symbolic link leads to "${place.path}", run again with the --allow-read flag`,
    );
  }
  if (graph) rights.checkGraph(place, graph);
}
