import { AsyncLocalStorage } from "node:async_hooks";
import type { Found } from "./deno_calls.ts";
import type { Follows } from "../overlay/place.ts";
import type { Workspace } from "../overlay/workspace.ts";

/** A workspace in force, and what was in force around it. */
interface Frame {
  readonly workspace: Workspace;
  /** Passes over what has ended, as soon as somebody looks. */
  outer: Frame | undefined;
}

/** Nothing is in force, not even what is for the whole process. */
const NOTHING = Symbol("nothing");

const frames = new AsyncLocalStorage<Frame | typeof NOTHING | undefined>();
/** Workspaces in force everywhere, the latest first. */
const processWide: Workspace[] = [];

/** Runs `fn`, and all that it starts, with the workspace in force. */
export function interposeDuring<T>(workspace: Workspace, fn: () => T): T {
  return frames.run({ workspace, outer: currentFrame() }, fn);
}

/** Puts the workspace in force for the rest of this asynchronous extent. */
export function interposeFromHere(workspace: Workspace): Disposable {
  const frame: Frame = { workspace, outer: currentFrame() };
  frames.enterWith(frame);
  return {
    [Symbol.dispose]() {
      // Who entered later and has not left yet stays in force.
      if (frames.getStore() === frame) frames.enterWith(outerOf(frame));
    },
  };
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
 * Runs `fn`, and all that it starts, as though no context were in force: for
 * functions of the runtime that call others, which are replaced.
 */
export function bypass<T>(fn: () => T): T {
  return frames.run(NOTHING, fn);
}

/** The workspaces in force, the innermost first. */
export function activeWorkspaces(): readonly Workspace[] {
  const innermost = frames.getStore();
  if (innermost === undefined) return processWide;
  if (innermost === NOTHING) return [];
  const own: Workspace[] = [];
  if (!hasEnded(innermost)) own.push(innermost.workspace);
  for (let frame = outerOf(innermost); frame; frame = outerOf(frame)) {
    own.push(frame.workspace);
  }
  return own.concat(processWide);
}

/** The innermost workspace in force that `path` lies in. */
export function findActive(
  path: unknown,
  follows: Follows,
): Found | undefined {
  for (const workspace of activeWorkspaces()) {
    const found = findIn(workspace, path, follows);
    if (found) return found;
  }
  return undefined;
}

/** The place of `path` in one workspace. */
export function findIn(
  workspace: Workspace,
  path: unknown,
  follows: Follows,
): Found | undefined {
  const place = workspace.find(path, follows);
  return place && { workspace, place };
}

function currentFrame(): Frame | undefined {
  const frame = frames.getStore();
  return frame === NOTHING ? undefined : frame;
}

/** Contexts that overlap, each begun in the one before, would go on for ever. */
function outerOf(frame: Frame): Frame | undefined {
  while (frame.outer && hasEnded(frame.outer)) frame.outer = frame.outer.outer;
  return frame.outer;
}

function hasEnded({ workspace }: Frame): boolean {
  return workspace.workflow.ended;
}
