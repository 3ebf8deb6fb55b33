import { basename } from "@std/path";
import type { Place, Workspace } from "../../overlay/mod.ts";
import { call, childOf, type Operation, system } from "../../platform/mod.ts";
import { namingGivenPath } from "../finding/mod.ts";

/** `Deno.makeTempFile` with a `dir` inside. */
export function makeTempFile(
  workspace: Workspace,
  place: Place,
  options: Deno.MakeTempOptions,
): Operation<string> {
  return makeTemporary(
    workspace,
    place,
    "file",
    nameLike(options),
    (dir) => call("makeTempFile", { ...options, dir }),
  );
}

/** `Deno.makeTempDir` with a `dir` inside. */
export function makeTempDir(
  workspace: Workspace,
  place: Place,
  options: Deno.MakeTempOptions,
): Operation<string> {
  return makeTemporary(
    workspace,
    place,
    "directory",
    nameLike(options),
    (dir) => call("makeTempDir", { ...options, dir }),
  );
}

/** Returns such a name as a temporary entry with these options gets. */
function nameLike({ prefix = "", suffix = "" }: Deno.MakeTempOptions): string {
  return `${prefix}0${suffix}`;
}

/**
 * Makes an entry with a random name in a directory with `make`.
 *
 * @param probe Such a name, which says whether the entry lies in memory.
 */
export function* makeTemporary(
  workspace: Workspace,
  place: Place,
  kind: "file" | "directory",
  probe: string,
  make: (directory: string) => Operation<string>,
): Operation<string> {
  const { workflow } = workspace;
  workflow.refresh();
  const exists = workspace.trees.isDirectory(place.path);
  const directory = exists
    ? workspace.folder.makeSpoolDirectory(
      place.path,
      workspace.trees.spoolFor(childOf(place.path, probe)),
    )
    : workspace.trees.locate(place.path);
  workspace.spoolWays.checkLocation(directory);
  let made: string;
  try {
    made = yield* make(directory);
  } catch (error) {
    throw namingGivenPath(error, directory, place);
  }
  const name = basename(made);
  const path = childOf(place.path, name);
  try {
    const given = `${place.given}/${name}`;
    const use = kind === "file" ? "write" : "make";
    workspace.rights.checkGraph({ path, given }, use);
    if (kind === "file") workspace.homes.check({ path, given });
  } catch (error) {
    system.removeSync(made);
    throw error;
  }
  const field = workspace.folder.spoolField(made);
  workflow.append({ event: "make", path, kind, ...field });
  workflow.refresh();
  return made.replace(directory, place.given.replace(/(?<=.)\/$/, ""));
}
