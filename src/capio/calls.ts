import type { Operation } from "./effects.ts";
import {
  type Access,
  type End,
  link,
  PATH_CALLS,
  PATH_PAIR_CALLS,
  readDir,
  readDirSync,
  symlink,
  TEMPORARY_CALLS,
  watchFs,
} from "./operations/mod.ts";
import type { Place, Workspace } from "./workspace.ts";

/** A path and the workspace that it lies in. */
export interface Found {
  readonly workspace: Workspace;
  readonly place: Place;
}

/** Finds the workspace of a path, `undefined` for a path outside of all. */
export type Finder = (path: unknown, follows: boolean) => Found | undefined;

/** A function that takes the place of one of `Deno`. */
export interface Replacement {
  readonly name: string;
  readonly call: Call;
}

type Call = (...args: unknown[]) => unknown;

/** What is called for paths that lie outside. */
export type Originals = Readonly<Record<string, Call>>;

/** What a call comes to: an operation, or `undefined` for the original. */
type Plan = (args: unknown[]) => Planned | undefined;

interface Planned {
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
}

function* plans(find: Finder): Generator<[name: string, plan: Plan]> {
  for (const [name, it] of Object.entries(PATH_CALLS)) {
    yield [name, ([path, ...rest]) => {
      const found = allowed(find(path, it.follows), it.access(rest[0]));
      return found && {
        workspace: found.workspace,
        operation: () => it.operation(found.workspace, found.place, ...rest),
      };
    }];
  }
  for (const [name, it] of Object.entries(PATH_PAIR_CALLS)) {
    yield [name, ([from, to]) => {
      const source = find(from, it.followsFrom);
      const target = find(to, false);
      const workspace = source?.workspace ?? target?.workspace;
      if (!workspace) return undefined;
      if (source && !allowed(source, it.accessFrom)) return undefined;
      if (target && !allowed(target, it.accessTo)) return undefined;
      return {
        workspace,
        operation: () => it.operation(end(source, from), end(target, to)),
      };
    }];
  }
  for (const [name, operation] of Object.entries(TEMPORARY_CALLS)) {
    yield [name, ([options]) => {
      const { dir } = (options ?? {}) as Deno.MakeTempOptions;
      const access: Access = { permissions: ["write"], graph: "make" };
      const found = dir ? allowed(find(dir, true), access) : undefined;
      return found && {
        workspace: found.workspace,
        operation: () =>
          operation(
            found.workspace,
            found.place,
            options as Deno.MakeTempOptions,
          ),
      };
    }];
  }
  yield ["symlink", ([target, path, options]) => {
    const access: Access = { permissions: ["read", "write"], graph: "write" };
    const found = allowed(find(path, false), access);
    return found && {
      workspace: found.workspace,
      operation: () =>
        symlink(
          found.workspace,
          found.place,
          target as string,
          options as Deno.SymlinkOptions,
        ),
    };
  }];
  yield ["link", ([source, path]) => {
    const access: Access = { permissions: ["read", "write"], graph: "write" };
    const found = allowed(find(path, false), access);
    const from = allowed(find(source, false), access);
    return found && {
      workspace: found.workspace,
      operation: () =>
        link(
          found.workspace,
          found.place,
          from?.workspace.locate(from.place.path) ?? source as string,
        ),
    };
  }];
}

function asynchronousForm(
  name: string,
  plan: Plan,
  original: Call,
): Replacement {
  return {
    name,
    call(...args) {
      let planned: Planned | undefined;
      try {
        planned = plan(args);
      } catch (error) {
        return Promise.reject(error);
      }
      if (!planned) return original(...args);
      return planned.workspace.run(planned.operation());
    },
  };
}

function synchronousForm(
  name: string,
  plan: Plan,
  original: Call,
): Replacement {
  return {
    name,
    call(...args) {
      const planned = plan(args);
      if (!planned) return original(...args);
      return planned.workspace.runSync(planned.operation());
    },
  };
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
      const found = allowed(find(path, true), { permissions: ["read"] });
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
        allowed(find(path, true), { permissions: ["read"] })
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

/** What was found, unless Deno is going to refuse it in its own words. */
function allowed(
  found: Found | undefined,
  { permissions, graph }: Access,
): Found | undefined {
  if (!found?.workspace.isPermitted(found.place, permissions)) return undefined;
  if (graph) found.workspace.checkGraph(found.place, graph);
  return found;
}

function end(found: Found | undefined, path: unknown): End {
  return found ?? { outside: path as string | URL };
}
