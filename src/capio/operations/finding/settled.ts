import { isBeingMoved, type WorkflowFile } from "../../journal/mod.ts";
import type { Place, View, Workspace } from "../../overlay/mod.ts";
import { isAbsence, type Operation } from "../../platform/mod.ts";

/** What {@linkcode settled} does at a place. */
export interface Acting<T> {
  /** Waits until the call can be made, and returns the place of what is there. */
  readonly until: (place: Place) => Operation<Place>;
  readonly act: (here: Place) => Operation<T>;
  /** Takes back what came of the call at an earlier place. */
  readonly undo?: (result: T) => void;
}

/** The result of a call, and what it was about. */
interface Settled<T> {
  readonly result: T;
  readonly here: Place;
  readonly entry: WorkflowFile | undefined;
}

/**
 * Makes a call that is about one file from the look at it to the result: again
 * when another file has got the name meanwhile, or is about to, or when the path
 * leads elsewhere.
 */
export function* settled<T>(
  workspace: Workspace,
  place: Place,
  view: View,
  { until, act, undo }: Acting<T>,
): Operation<Settled<T>> {
  for (let sought = place;;) {
    const here = yield* until(sought);
    const entry = view.fileAt(here.path);
    let result: T;
    try {
      result = yield* act(here);
    } catch (error) {
      const instead = placeInstead(workspace, here, error);
      if (!instead) throw error;
      sought = instead;
      continue;
    }
    const { state } = workspace;
    const isMoving = isBeingMoved(state, here.path);
    if (!isMoving && view.fileAt(here.path, state) === entry) {
      return { result, here, entry };
    }
    // It may be of the next file of that name, or of the one before.
    undo?.(result);
    if (isMoving) workspace.workflow.untilMoved();
  }
}

/**
 * Returns the other place that a path leads to by now, if an error says that there
 * was nothing at `place`: a link that is published at that very moment is in
 * neither tree, and is taken for no link.
 */
function placeInstead(
  workspace: Workspace,
  place: Place,
  error: unknown,
): Place | undefined {
  if (!isAbsence(error)) return undefined;
  const next = workspace.findAgain(place, true);
  if (next.path === place.path) return undefined;
  workspace.workflow.answers.found(place.path);
  return next;
}
