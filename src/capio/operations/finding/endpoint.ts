import type { Place, Workspace } from "../../overlay/mod.ts";

/** One of the two paths of a call: inside a workspace, or outside. */
export type Endpoint =
  | { readonly workspace: Workspace; readonly place: Place }
  | { readonly outside: string | URL };

/** Returns the present location of a path, inside or outside. */
export function locationOfEndpoint(endpoint: Endpoint): string | URL {
  if ("outside" in endpoint) return endpoint.outside;
  return endpoint.workspace.trees.locate(endpoint.place.path);
}
