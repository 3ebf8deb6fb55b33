import type { Place, Workspace } from "../overlay/mod.ts";
import { call, lstatIfPresent, type Operation } from "../platform/mod.ts";
import { endReadiness, isProducer } from "../workflow/mod.ts";
import { atLocation } from "./at_location.ts";
import { untilOpenable } from "./open.ts";

/** `Deno.readFile`: waits until the file is whole. */
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

/** `Deno.readTextFile`: waits until the file is whole. */
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

/** Waits until the file is whole, and reads it with `read`. */
export function* readWhole<T extends { readonly length: number }>(
  workspace: Workspace,
  place: Place,
  read: (location: string) => Operation<T>,
  signal?: AbortSignal,
): Operation<T> {
  const { workflow } = workspace;
  const { path } = place;
  for (;;) {
    yield* untilWhole(workspace, place, signal);
    const entry = workflow.state.paths.get(path);
    const isPublished = !workflow.isInSpool(path);
    const contents = yield* atLocation(workspace, place, read);
    const isSame = workspace.state.paths.get(path) === entry;
    // Else this may be the beginning of the next file of that name.
    if (!isSame && !isPublished) continue;
    noteReading(workspace, place, contents.length);
    return contents;
  }
}

/** Waits until a place can be read from its first byte to its last. */
export function* untilWhole(
  workspace: Workspace,
  place: Place,
  signal?: AbortSignal,
): Operation<void> {
  const { workflow } = workspace;
  signal?.throwIfAborted();
  for (;;) {
    yield* untilOpenable(workspace, place, signal);
    const entry = workflow.state.paths.get(place.path);
    if (entry?.kind !== "file") return;
    if (isProducer(workflow.state, workflow, entry)) return;
    yield* workspace.until(
      place,
      (state) =>
        endReadiness(
          state,
          workflow,
          entry,
          () => sizeOf(workspace, place),
        ),
      signal,
    );
    // By now the name may be another file's, which is not whole.
    if (workflow.state.paths.get(place.path) === entry) return;
  }
}

function sizeOf(workspace: Workspace, { path }: Place): number {
  return lstatIfPresent(workspace.locate(path))?.size ?? 0;
}

function noteReading(
  { workflow }: Workspace,
  { path }: Place,
  bytes: number,
): void {
  if (!workflow.state.paths.has(path)) return;
  workflow.note({ event: "read", path, first: Date.now(), bytes });
}
