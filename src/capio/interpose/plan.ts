import type { Access, Endpoint } from "../operations/mod.ts";
import type { Follows, Workspace } from "../overlay/mod.ts";
import type { Operation } from "../platform/mod.ts";
import { allowed, type Finder, type Found } from "./finder.ts";

/**
 * Decides about one call: the operation to run, or `undefined` when the
 * original is to be called.
 */
export type Plan = (args: unknown[]) => Planned | undefined;

/** An operation, and the workspace that runs it. */
export interface Planned {
  readonly workspace: Workspace;
  readonly operation: () => Operation<unknown>;
}

/** The use of one path of a call. */
export interface PathUse {
  readonly access: Access;
  /**
   * Whether the call means what a symbolic link points to.
   *
   * @default {true}
   */
  readonly follows?: Follows;
}

/** Plans an operation on a path that was found; the original for any other. */
export function planned(
  found: Found | undefined,
  operation: (found: Found) => Operation<unknown>,
): Planned | undefined {
  return found && {
    workspace: found.workspace,
    operation: () => operation(found),
  };
}

/** Plans a call on two paths. `operation` gets the arguments after them too. */
export function planPair(
  find: Finder,
  [from, to, ...rest]: unknown[],
  useOfFrom: PathUse,
  useOfTo: PathUse,
  operation: (
    from: Endpoint,
    to: Endpoint,
    ...rest: unknown[]
  ) => Operation<unknown>,
): Planned | undefined {
  const source = find(from, useOfFrom.follows ?? true);
  const target = find(to, useOfTo.follows ?? true);
  if (source && !allowed(source, useOfFrom.access)) return undefined;
  if (target && !allowed(target, useOfTo.access)) return undefined;
  return planned(
    source ?? target,
    () => operation(endpoint(source, from), endpoint(target, to), ...rest),
  );
}

function endpoint(found: Found | undefined, path: unknown): Endpoint {
  return found ?? { outside: path as string | URL };
}
