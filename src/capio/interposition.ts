import { AsyncLocalStorage } from "node:async_hooks";
import {
  PATH_CALLS,
  PATH_PAIR_CALLS,
  readDir,
  readDirSync,
} from "./operations/mod.ts";
import type { Operation } from "./effects.ts";
import type { Place, Workspace } from "./workspace.ts";

/** A workspace in force, and what was in force around it. */
interface Frame {
  readonly workspace: Workspace;
  readonly outer: Frame | undefined;
}

type Call = (...args: unknown[]) => unknown;
type Replacement = { readonly name: string; readonly call: Call };

const frames = new AsyncLocalStorage<Frame | undefined>();
/** Workspaces in force everywhere, the latest first. */
const processWide: Workspace[] = [];
const originals = new Map<string, PropertyDescriptor>();
let users = 0;

/** Runs `fn`, and all that it starts, with the workspace in force. */
export function interposeDuring<T>(workspace: Workspace, fn: () => T): T {
  return frames.run({ workspace, outer: frames.getStore() }, fn);
}

/** Puts the workspace in force for the rest of this asynchronous extent. */
export function interposeFromHere(workspace: Workspace): Disposable {
  const outer = frames.getStore();
  frames.enterWith({ workspace, outer });
  return { [Symbol.dispose]: () => frames.enterWith(outer) };
}

/** Puts the workspace in force for all of this thread. */
export function interposeEverywhere(workspace: Workspace): Disposable {
  processWide.unshift(workspace);
  return {
    [Symbol.dispose]() {
      processWide.splice(processWide.indexOf(workspace), 1);
    },
  };
}

/**
 * Replaces the functions of `Deno` until it is disposed of. While several have
 * asked for it they are replaced once, and put back with the last of them.
 */
export function replaceFunctions(): Disposable {
  if (users++ === 0) install();
  let released = false;
  return {
    [Symbol.dispose]() {
      if (released) return;
      released = true;
      if (--users === 0) uninstall();
    },
  };
}

function install(): void {
  for (const { name, call } of replacements()) {
    const descriptor = Object.getOwnPropertyDescriptor(Deno, name);
    if (!descriptor) continue;
    originals.set(name, descriptor);
    Object.defineProperty(call, "name", { value: name });
    Object.defineProperty(Deno, name, { ...descriptor, value: call });
  }
}

function uninstall(): void {
  for (const [name, descriptor] of originals) {
    Object.defineProperty(Deno, name, descriptor);
  }
  originals.clear();
}

function* replacements(): Generator<Replacement> {
  for (const [name, { operation, follows }] of Object.entries(PATH_CALLS)) {
    yield* bothForms(name, ([path, ...rest]) => {
      const found = find(path, follows);
      return found && {
        workspace: found.workspace,
        operation: () => operation(found.workspace, found.place, ...rest),
      };
    });
  }
  for (const [name, { operation }] of Object.entries(PATH_PAIR_CALLS)) {
    yield* bothForms(name, ([from, to]) => {
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
  yield* listings();
}

/** What a call comes to: an operation, or `undefined` for the original. */
type Plan = (args: unknown[]) => {
  readonly workspace: Workspace;
  readonly operation: () => Operation<unknown>;
} | undefined;

function* bothForms(name: string, plan: Plan): Generator<Replacement> {
  const asynchronous = originalCall(name);
  const synchronous = originalCall(`${name}Sync`);
  yield {
    name,
    call(...args) {
      if (!isInForce()) return asynchronous(...args);
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
      const planned = isInForce() ? plan(args) : undefined;
      if (!planned) return synchronous(...args);
      return planned.workspace.runSync(planned.operation());
    },
  };
}

function* listings(): Generator<Replacement> {
  const list = { readDir, readDirSync };
  for (const [name, operation] of Object.entries(list)) {
    const original = originalCall(name);
    yield {
      name,
      call(path) {
        const found = isInForce() ? find(path, true) : undefined;
        if (!found) return original(path);
        return operation(found.workspace, found.place);
      },
    };
  }
}

function originalCall(name: string): Call {
  return (Deno as unknown as Record<string, Call>)[name];
}

function isInForce(): boolean {
  return frames.getStore() !== undefined || processWide.length > 0;
}

/** The innermost workspace in force that `path` lies in. */
function find(
  path: unknown,
  follows: boolean,
): { workspace: Workspace; place: Place } | undefined {
  for (let frame = frames.getStore(); frame; frame = frame.outer) {
    const found = findIn(frame.workspace, path, follows);
    if (found) return found;
  }
  for (const workspace of processWide) {
    const found = findIn(workspace, path, follows);
    if (found) return found;
  }
  return undefined;
}

function findIn(workspace: Workspace, path: unknown, follows: boolean) {
  if (workspace.workflow.ended) return undefined;
  const place = workspace.find(path, follows);
  return place && { workspace, place };
}
