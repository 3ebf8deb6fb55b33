import type { Operation } from "../platform/effects.ts";
import {
  type Access,
  type Endpoint,
  enter,
  LOOK,
  MAKE_ANY,
  PATH_CALLS,
  PATH_PAIR_CALLS,
  type PathPairAccess,
  READ_AND_WRITE,
  readDir,
  readDirSync,
  symlink,
  TEMPORARY_CALLS,
  watchFs,
} from "../operations/mod.ts";
import type { Follows, Place } from "../overlay/place.ts";
import type { Workspace } from "../overlay/workspace.ts";

/** A path and the workspace that it lies in. */
export interface Found {
  readonly workspace: Workspace;
  readonly place: Place;
}

/** Finds the workspace of a path, `undefined` for a path outside of all. */
export type Finder = (path: unknown, follows: Follows) => Found | undefined;

/** A function that takes the place of one of `Deno`. */
export interface Replacement {
  readonly name: string;
  readonly call: Call;
}

/** Any function. */
export type Call = (...args: unknown[]) => unknown;

/** What is called for paths that lie outside. */
export type Originals = Readonly<Record<string, Call>>;

/** What a call comes to: an operation, or `undefined` for the original. */
export type Plan = (args: unknown[]) => Planned | undefined;

/** An operation, and the workspace that runs it. */
export interface Planned {
  readonly workspace: Workspace;
  readonly operation: () => Operation<unknown>;
}

/**
 * All functions, for the paths that `find` finds. For any other path they are
 * the originals, whose promises they hand on without a turn of their own, and
 * so they are for what the process may not do, so that Deno says it.
 */
export function* replacements(
  find: Finder,
  originals: Originals,
): Generator<Replacement> {
  for (const [name, plan] of plans(find)) {
    yield asynchronousForm(name, plan, originals[name]);
    yield synchronousForm(`${name}Sync`, plan, originals[`${name}Sync`]);
  }
  yield listing("readDir", find, readDir, originals.readDir);
  yield listing("readDirSync", find, readDirSync, originals.readDirSync);
  yield watching(find, originals.watchFs);
  if ("chdir" in originals) yield entering(find, originals.chdir);
}

function* plans(find: Finder): Generator<[name: string, plan: Plan]> {
  for (const [name, it] of Object.entries(PATH_CALLS)) {
    yield [name, ([path, ...rest]) => {
      // Options come last, and what is read of them no other argument has.
      const options = rest.at(-1) as Deno.OpenOptions | undefined;
      const findIt = it.isTextOnly ? textOnly(find) : find;
      return planned(
        allowed(findIt(path, it.follows(options)), it.access(options)),
        ({ workspace, place }) => it.operation(workspace, place, ...rest),
      );
    }];
  }
  for (const [name, it] of Object.entries(PATH_PAIR_CALLS)) {
    const findIt = it.isTextOnly ? textOnly(find) : find;
    yield [name, pairPlan(findIt, it, it.operation)];
  }
  for (const [name, operation] of Object.entries(TEMPORARY_CALLS)) {
    yield [name, ([options]) => {
      const { dir } = (options ?? {}) as Deno.MakeTempOptions;
      return planned(
        dir ? allowed(textOnly(find)(dir, true), MAKE_ANY) : undefined,
        ({ workspace, place }) =>
          operation(workspace, place, options as Deno.MakeTempOptions),
      );
    }];
  }
  yield ["symlink", ([target, path, options]) =>
    planned(
      allowed(find(path, false), READ_AND_WRITE),
      ({ workspace, place }) =>
        symlink(
          workspace,
          place,
          target as string,
          options as Deno.SymlinkOptions,
        ),
    )];
}

/** Finds no URL, for what Deno takes none for. */
function textOnly(find: Finder): Finder {
  return (path, follows) =>
    typeof path === "string" ? find(path, follows) : undefined;
}

/** What a call on a path comes to, which was found or not. */
export function planned(
  found: Found | undefined,
  operation: (found: Found) => Operation<unknown>,
): Planned | undefined {
  return found && {
    workspace: found.workspace,
    operation: () => operation(found),
  };
}

/** Plans a call on two paths, which is told the arguments after them. */
export function pairPlan(
  find: Finder,
  { followsFrom, followsTo, accessFrom, accessTo }: PathPairAccess,
  operation: (
    from: Endpoint,
    to: Endpoint,
    ...rest: unknown[]
  ) => Operation<unknown>,
): Plan {
  return ([from, to, ...rest]) => {
    const source = find(from, followsFrom);
    const target = find(to, followsTo);
    if (source && !allowed(source, accessFrom)) return undefined;
    if (target && !allowed(target, accessTo)) return undefined;
    return planned(
      source ?? target,
      () => operation(end(source, from), end(target, to), ...rest),
    );
  };
}

/** Makes the function that runs what `plan` plans in the place of `original`. */
export type Form = (name: string, plan: Plan, original: Call) => Replacement;

/** Answers with a promise. */
export const asynchronousForm: Form = (name, plan, original) => ({
  name,
  call: (...args) => begin(plan, args) ?? original(...args),
});

/** Runs it to its end. */
export const synchronousForm: Form = (name, plan, original) => ({
  name,
  call(...args) {
    const it = plan(args);
    return it ? it.workspace.runSync(it.operation()) : original(...args);
  },
});

/** Runs what is planned, if anything is; all that goes wrong is a rejection. */
export function begin(
  plan: Plan,
  args: unknown[],
): Promise<unknown> | undefined {
  let it: Planned | undefined;
  try {
    it = plan(args);
  } catch (error) {
    return Promise.reject(error);
  }
  return it?.workspace.run(it.operation());
}

function listing(
  name: string,
  find: Finder,
  list: (workspace: Workspace, place: Place) => unknown,
  original: Call,
): Replacement {
  return {
    name,
    call(path) {
      const found = allowed(find(path, true), LOOK);
      return found ? list(found.workspace, found.place) : original(path);
    },
  };
}

function watching(find: Finder, original: Call): Replacement {
  return {
    name: "watchFs",
    call(paths, options) {
      const all = Array.isArray(paths) ? paths as string[] : [paths as string];
      const found = all.map((path) =>
        allowed(textOnly(find)(path, true), LOOK)
      );
      const inside = found.filter((it) => it !== undefined);
      if (inside.length === 0) return original(paths, options);
      return watchFs(
        inside[0].workspace,
        inside.map(({ place }) => place),
        all.filter((_, index) => !found[index]),
        options as { recursive: boolean },
      );
    },
  };
}

/** `chdir`, of `Deno` and of `process`. */
export function entering(find: Finder, original: Call): Replacement {
  return {
    name: "chdir",
    call(directory) {
      const found = allowed(find(directory, true), LOOK);
      if (!found) return original(directory);
      return enter(found.workspace, found.place, original);
    },
  };
}

/** What was found, unless Deno is going to refuse it in its own words. */
export function allowed(
  found: Found | undefined,
  { permissions, graph }: Access,
): Found | undefined {
  if (!found) return undefined;
  const { workspace: { rights }, place } = found;
  if (!rights.isPermitted(place, permissions)) return undefined;
  if (graph) rights.checkGraph(place, graph);
  return found;
}

function end(found: Found | undefined, path: unknown): Endpoint {
  return found ?? { outside: path as string | URL };
}
