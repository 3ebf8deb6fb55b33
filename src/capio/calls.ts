import type { Operation } from "./effects.ts";
import {
  PATH_CALLS,
  PATH_PAIR_CALLS,
  readDir,
  readDirSync,
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
type Plan = (args: unknown[]) => {
  readonly workspace: Workspace;
  readonly operation: () => Operation<unknown>;
} | undefined;

/**
 * All functions, for the paths that `find` finds. For any other path they are
 * the originals, whose promises they hand on without a turn of their own.
 */
export function* replacements(
  find: Finder,
  originals: Originals,
): Generator<Replacement> {
  for (const [name, { operation, follows }] of Object.entries(PATH_CALLS)) {
    yield* bothForms(name, originals, ([path, ...rest]) => {
      const found = find(path, follows);
      return found && {
        workspace: found.workspace,
        operation: () => operation(found.workspace, found.place, ...rest),
      };
    });
  }
  for (const [name, { operation }] of Object.entries(PATH_PAIR_CALLS)) {
    yield* bothForms(name, originals, ([from, to]) => {
      const source = find(from, false);
      const target = find(to, false);
      if (!source || !target || source.workspace !== target.workspace) {
        return undefined;
      }
      const { workspace } = source;
      return {
        workspace,
        operation: () => operation(workspace, source.place, target.place),
      };
    });
  }
  yield* listings(find, originals);
}

function* bothForms(
  name: string,
  originals: Originals,
  plan: Plan,
): Generator<Replacement> {
  const asynchronous = originals[name];
  const synchronous = originals[`${name}Sync`];
  yield {
    name,
    call(...args) {
      try {
        const planned = plan(args);
        if (!planned) return asynchronous(...args);
        return planned.workspace.run(planned.operation());
      } catch (error) {
        return Promise.reject(error);
      }
    },
  };
  yield {
    name: `${name}Sync`,
    call(...args) {
      const planned = plan(args);
      if (!planned) return synchronous(...args);
      return planned.workspace.runSync(planned.operation());
    },
  };
}

function* listings(
  find: Finder,
  originals: Originals,
): Generator<Replacement> {
  const list = { readDir, readDirSync };
  for (const [name, operation] of Object.entries(list)) {
    const original = originals[name];
    yield {
      name,
      call(path) {
        const found = find(path, true);
        if (!found) return original(path);
        return operation(found.workspace, found.place);
      },
    };
  }
}
