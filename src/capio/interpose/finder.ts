import type { Access } from "../operations/mod.ts";
import type { Follows, Place, Workspace } from "../overlay/mod.ts";

/** A path and the workspace that it lies in. */
export interface Found {
  readonly workspace: Workspace;
  readonly place: Place;
}

/** Finds the workspace of a path, `undefined` for a path outside of all. */
export type Finder = (path: unknown, follows: Follows) => Found | undefined;

/** Finds the place of `path` in one workspace. */
export function findIn(
  workspace: Workspace,
  path: unknown,
  follows: Follows,
): Found | undefined {
  const place = workspace.find(path, follows);
  return place && { workspace, place };
}

/** A finder for calls that take no URL: Deno itself refuses it. */
export function textOnly(find: Finder): Finder {
  return (path, follows) =>
    typeof path === "string" ? find(path, follows) : undefined;
}

/**
 * Returns what was found, or `undefined` when Deno's permissions forbid the
 * access: the original is called then and refuses with its own message.
 *
 * @throws {Deno.errors.NotCapable} If the graph forbids the access, or if Deno's
 * permissions do by another name of the path, or for something below it.
 * @throws {CapioError} If another machine is the home of what is changed.
 */
export function allowed(
  found: Found | undefined,
  access: Access,
): Found | undefined {
  if (!found) return undefined;
  const { permissions, graph, whole } = access;
  const { workspace: { rights, homes }, place } = found;
  if (!rights.isPermitted(place, permissions)) return undefined;
  if (whole) rights.checkAllBelow(place, permissions);
  if (graph) rights.checkGraph(place, graph);
  homes.checkUse(place, access);
  return found;
}
