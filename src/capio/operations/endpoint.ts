import type { Place, Workspace } from "../overlay/mod.ts";

/** One end of a call on two paths. */
export type Endpoint =
  | { readonly workspace: Workspace; readonly place: Place }
  | { readonly outside: string | URL };

/** Where the bearer of a name lies, inside or not. */
export function locationOfEndpoint(end: Endpoint): string | URL {
  if ("outside" in end) return end.outside;
  return end.workspace.locate(end.place.path);
}
