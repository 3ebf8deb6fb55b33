import type { WorkflowFile } from "../journal/mod.ts";
import { type Place, View, type Workspace } from "../overlay/mod.ts";
import {
  call,
  lstatIfPresent,
  type Operation,
  SMALL_BYTES,
  smallRead,
  wallClock,
} from "../platform/mod.ts";
import { endReadiness, isProducer, isReplaced } from "../workflow/mod.ts";
import { atLocation, READ, settled, untilAt } from "./finding/mod.ts";
import { isWorkflowFile, noteEndRead, untilOpenable } from "./open.ts";

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
  const view = new View(workspace);
  const { result, here, entry } = yield* settled(workspace, place, view, {
    until: (place) => untilWhole(workspace, place, signal),
    act: (here) =>
      atLocation(
        workspace,
        here,
        (location) =>
          !signal &&
            isWorkflowFile(view.fileAt(here.path), location, SMALL_BYTES)
            ? smallRead(read(location))
            : read(location),
        () => view.locate(here.path),
      ),
  });
  noteReading(workspace, here, result.length, entry);
  return result;
}

/** Waits until a file is complete, and returns its place. */
export function* untilWhole(
  workspace: Workspace,
  place: Place,
  signal?: AbortSignal,
): Operation<Place> {
  const { workflow } = workspace;
  signal?.throwIfAborted();
  const view = new View(workspace);
  for (;;) {
    const here = yield* untilOpenable(workspace, place, signal);
    const entry = view.fileAt(here.path);
    if (entry?.kind !== "file") return here;
    if (isProducer(workflow.state, workflow, entry)) {
      if (!entry.writers.has(workflow.id)) noteEndRead(workspace, entry);
      return here;
    }
    const there = yield* untilAt(
      workspace,
      here,
      READ,
      (state, { path }) =>
        // The next wait is then for the file that the path leads to now.
        path !== here.path || isReplaced(state, entry)
          ? { type: "go" }
          : endReadiness(state, workflow, entry, () => sizeOf(workspace, here)),
      signal,
    );
    if (there.path !== here.path) continue;
    if (workflow.state.paths.get(here.path) !== entry) continue;
    workspace.toldSizes.readWhole(entry);
    return here;
  }
}

function sizeOf(workspace: Workspace, { path }: Place): number {
  return lstatIfPresent(workspace.trees.whereIs(path))?.size ?? 0;
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
