import { call, type Operation } from "../effects.ts";
import type { Place, Workspace } from "../workspace.ts";
import { at, atLocation } from "./translate.ts";

/** `Deno.symlink`: complete as soon as it is there. */
export function* symlink(
  workspace: Workspace,
  place: Place,
  target: string | URL,
  options?: Deno.SymlinkOptions,
): Operation<void> {
  const { workflow, folder } = workspace;
  const { path } = place;
  workflow.refresh();
  const location = workspace.exists(path)
    ? workspace.locate(path)
    : workspace.placeNew(path);
  yield* at(
    location,
    place,
    (location) => call("symlink", target, location, options),
  );
  if (location !== folder.spool(path)) return;
  workflow.append({ event: "make", path, kind: "symlink", complete: true });
  workflow.refresh();
  workspace.forgetLinks();
}

/** `Deno.link`: another name for the same bytes. */
export function* link(
  workspace: Workspace,
  place: Place,
  source: string,
): Operation<void> {
  const { workflow, folder } = workspace;
  const { path } = place;
  workflow.refresh();
  const location = workspace.exists(path)
    ? workspace.locate(path)
    : workspace.placeNew(path);
  yield* at(location, place, (location) => call("link", source, location));
  if (location !== folder.spool(path)) return;
  workflow.append({ event: "make", path, kind: "file", complete: true });
  workflow.refresh();
}

/** `Deno.readLink`, as it was written. */
export function readLink(
  workspace: Workspace,
  place: Place,
): Operation<string> {
  return atLocation(
    workspace,
    place,
    (location) => call("readLink", location),
  );
}

/** `Deno.realPath`: where the file is going to be once it is published. */
export function* realPath(
  workspace: Workspace,
  place: Place,
): Operation<string> {
  // The links have been followed on the way here; this tells what is missing.
  yield* atLocation(
    workspace,
    place,
    (location) => call("realPath", location),
  );
  return workspace.folder.real(place.path);
}
