import type { WorkflowFile, WorkflowState } from "../../journal/mod.ts";
import type { Place, Workspace } from "../../overlay/mod.ts";
import type { Operation } from "../../platform/mod.ts";
import { endReadiness, isMadeLater, isProducer } from "../../workflow/mod.ts";
import type { Access } from "./access.ts";
import type { Endpoint } from "./endpoint.ts";
import { untilAnnouncedExists } from "./stat.ts";
import { untilAt } from "./until_at.ts";

/**
 * Waits for the file that a call changes, removes or gives another name, and
 * returns its place: a declared file of another step that may still come is
 * awaited until it is complete. Anything else is not awaited; what is not there
 * is remembered, in case another member makes it.
 *
 * @param access The rights that the call needs.
 */
export function* untilMade(
  workspace: Workspace,
  place: Place,
  access: Access,
): Operation<Place> {
  const { workflow } = workspace;
  for (let start = place;;) {
    const here = yield* untilAnnouncedExists(workspace, start, access);
    const { path } = here;
    const entry = workflow.state.paths.get(path);
    start = here;
    if (entry && isAwaited(workspace, workflow.state, entry)) {
      start = yield* untilAt(workspace, here, access, (state, { path }) =>
        // The path leads to another file, or this one needs no wait any more.
        path !== here.path || !isAwaited(workspace, state, entry)
          ? { type: "go" }
          : endReadiness(state, workflow, entry, () => 0));
      // The file may have been removed, or replaced by another one.
      if (start.path !== path || workflow.state.paths.get(path) !== entry) {
        continue;
      }
    }
    noteLook(workspace, start);
    return start;
  }
}

/**
 * The same for a call that opens a file for writing, and may create it. Several
 * members may hold a file open for writing: each counts as its producer, so the
 * file need not be complete.
 */
export function* untilWritable(
  workspace: Workspace,
  place: Place,
  { create, createNew }: Deno.OpenOptions,
  access: Access,
): Operation<Place> {
  if (create || createNew) return place;
  const here = yield* untilAnnouncedExists(workspace, place, access);
  noteLook(workspace, here);
  return here;
}

/** The same for one of the two paths of a call. */
export function* untilEndpointMade(
  endpoint: Endpoint,
  access: Access,
): Operation<Endpoint> {
  if ("outside" in endpoint) return endpoint;
  const { workspace } = endpoint;
  const place = yield* untilMade(workspace, endpoint.place, access);
  return { workspace, place };
}

function noteLook(workspace: Workspace, { path }: Place): void {
  const { answers } = workspace.workflow;
  if (workspace.trees.exists(path)) answers.found(path);
  else answers.asked(path);
}

/** Returns whether another step that the graph knows still writes to a file. */
function isAwaited(
  { workflow }: Workspace,
  state: WorkflowState,
  file: WorkflowFile,
): boolean {
  const { path, kind, phase } = file;
  if (kind !== "file" || phase !== "open") return false;
  if (state.paths.get(path) !== file) return false;
  const { engine } = state;
  const isOfGraph = engine.producers(path).length > 0 ||
    engine.isNamedInput(workflow.app, path);
  return isOfGraph && !isProducer(state, workflow, file) &&
    !isMadeLater(state, workflow, file);
}
