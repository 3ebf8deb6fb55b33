import { AsyncLocalStorage } from "node:async_hooks";
import { type Found, type Originals, replacements } from "./calls.ts";
import type { Workspace } from "./workspace.ts";

/** A workspace in force, and what was in force around it. */
interface Frame {
  readonly workspace: Workspace;
  readonly outer: Frame | undefined;
}

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
  const present = { ...Deno } as unknown as Originals;
  for (const { name, call } of replacements(findInForce, present)) {
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

/** The workspaces in force, the innermost first. */
export function* workspacesInForce(): Generator<Workspace> {
  for (let frame = frames.getStore(); frame; frame = frame.outer) {
    if (!frame.workspace.workflow.ended) yield frame.workspace;
  }
  yield* processWide;
}

/** The innermost workspace in force that `path` lies in. */
export function findInForce(
  path: unknown,
  follows: boolean,
): Found | undefined {
  for (const workspace of workspacesInForce()) {
    const found = findIn(workspace, path, follows);
    if (found) return found;
  }
  return undefined;
}

/** The place of `path` in one workspace. */
export function findIn(
  workspace: Workspace,
  path: unknown,
  follows: boolean,
): Found | undefined {
  const place = workspace.find(path, follows);
  return place && { workspace, place };
}
