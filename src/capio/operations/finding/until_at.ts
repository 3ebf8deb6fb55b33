import type { WorkflowState } from "../../journal/mod.ts";
import type { Place, Workspace } from "../../overlay/mod.ts";
import type { Operation } from "../../platform/mod.ts";
import type { Verdict } from "../../workflow/mod.ts";
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
  { rights, homes }: Workspace,
  place: Place,
  access: Access,
): void {
  const { permissions, graph, whole } = access;
  if (!rights.isPermitted(place, permissions)) {
    const use = permissions.at(-1) ?? "read";
    throw new Deno.errors.NotCapable(
      `Requires ${use} access to "${place.given}", whose symbolic link leads to "${place.path}", run again with the --allow-${use} flag`,
    );
  }
  if (whole) rights.checkAllBelow(place, permissions);
  if (graph) rights.checkGraph(place, graph);
  homes.checkUse(place, access);
}
