import type { WorkflowFile } from "../journal/mod.ts";
import { type Place, View, type Workspace } from "../overlay/mod.ts";
import {
  call,
  lstatIfPresent,
  type Operation,
  wallClock,
} from "../platform/mod.ts";
import { endReadiness, isProducer, isReplaced } from "../workflow/mod.ts";
import { atLocation } from "./at_location.ts";
import { untilOpenable } from "./open.ts";

/** `Deno.readFile`: waits until the file is complete. */
export function* readFile(
  workspace: Workspace,
  place: Place,
  options?: Deno.ReadFileOptions,
): Operation<Uint8Array<ArrayBuffer>> {
  return yield* readWhole(
    workspace,
    place,
    (location) => call("readFile", location, options),
    options?.signal,
  );
}

/** `Deno.readTextFile`: waits until the file is complete. */
export function* readTextFile(
  workspace: Workspace,
  place: Place,
  options?: Deno.ReadFileOptions,
): Operation<string> {
  return yield* readWhole(
    workspace,
    place,
    (location) => call("readTextFile", location, options),
    options?.signal,
  );
}

/** Reads a file with `read` once it is complete. */
export function* readWhole<T extends { readonly length: number }>(
  workspace: Workspace,
  place: Place,
  read: (location: string) => Operation<T>,
  signal?: AbortSignal,
): Operation<T> {
  const { workflow } = workspace;
  const { path } = place;
  const view = new View(workspace);
  for (;;) {
    yield* untilWhole(workspace, place, signal);
    const entry = view.fileAt(path);
    const isPublished = !entry || !workflow.isInSpool(path);
    const contents = yield* atLocation(
      workspace,
      place,
      read,
      () => view.locate(path),
    );
    const isSame = view.fileAt(path, workspace.state) === entry;
    // Otherwise this may be the beginning of the next file of that name.
    if (!isSame && !isPublished) continue;
    noteReading(workspace, place, contents.length, entry);
    return contents;
  }
}

/** Waits until a file is complete. */
export function* untilWhole(
  workspace: Workspace,
  place: Place,
  signal?: AbortSignal,
): Operation<void> {
  const { workflow } = workspace;
  signal?.throwIfAborted();
  const view = new View(workspace);
  for (;;) {
    yield* untilOpenable(workspace, place, signal);
    const entry = view.fileAt(place.path);
    if (entry?.kind !== "file") return;
    if (isProducer(workflow.state, workflow, entry)) return;
    yield* workspace.until(
      place,
      (state) =>
        // The wait below is then for the file that has the name now.
        isReplaced(state, entry) ? { type: "go" } : endReadiness(
          state,
          workflow,
          entry,
          () => sizeOf(workspace, place),
        ),
      signal,
    );
    // Otherwise the name is now that of another file, which may grow.
    if (workflow.state.paths.get(place.path) !== entry) continue;
    return workspace.toldSizes.readWhole(entry);
  }
}

function sizeOf(workspace: Workspace, { path }: Place): number {
  return lstatIfPresent(workspace.locate(path))?.size ?? 0;
}

function noteReading(
  { workflow }: Workspace,
  { path }: Place,
  bytes: number,
  entry: WorkflowFile | undefined,
): void {
  if (!workflow.state.paths.has(path)) return;
  workflow.note({
    event: "read",
    path,
    first: wallClock(),
    bytes,
    ...(entry?.phase === "committed" && { end: entry.number }),
  });
}
