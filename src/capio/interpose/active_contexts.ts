import { AsyncLocalStorage } from "node:async_hooks";
import type { Follows, Workspace } from "../overlay/mod.ts";
import { findIn, type Found } from "./finder.ts";

/** An active workspace, and the context around it. */
interface Frame {
  readonly workspace: Workspace;
  /** Frames that have ended are skipped as soon as somebody looks. */
  outer: Frame | undefined;
}

/** No context is active, not even one of the whole process. */
const NONE = Symbol("none");

const frames = new AsyncLocalStorage<Frame | typeof NONE | undefined>();
/** Workspaces that are active everywhere, the latest first. */
const processWide: Workspace[] = [];

/** Runs `fn`, and all that it starts, with the workspace active. */
export function interposeDuring<T>(workspace: Workspace, fn: () => T): T {
  return frames.run({ workspace, outer: currentFrame() }, fn);
}

/** Makes the workspace active for the rest of this asynchronous extent. */
export function interposeFromHere(workspace: Workspace): Disposable {
  const frame: Frame = { workspace, outer: currentFrame() };
  frames.enterWith(frame);
  return {
    [Symbol.dispose]() {
      // A context that was entered later and has not ended stays active.
      if (frames.getStore() === frame) frames.enterWith(outerOf(frame));
    },
  };
}

/** Makes the workspace active in all of this thread. */
export function interposeEverywhere(workspace: Workspace): Disposable {
  processWide.unshift(workspace);
  return {
    [Symbol.dispose]() {
      processWide.splice(processWide.indexOf(workspace), 1);
    },
  };
}

/**
 * Runs `fn`, and all that it starts, as though no context were active: for
 * functions of the runtime that call others, which are replaced.
 */
export function bypass<T>(fn: () => T): T {
  return frames.run(NONE, fn);
}

/** The active workspaces, the innermost first. */
export function activeWorkspaces(): readonly Workspace[] {
  const innermost = frames.getStore();
  if (innermost === undefined) return processWide;
  if (innermost === NONE) return [];
  const own: Workspace[] = [];
  if (!hasEnded(innermost)) own.push(innermost.workspace);
  for (let frame = outerOf(innermost); frame; frame = outerOf(frame)) {
    own.push(frame.workspace);
  }
  return own.concat(processWide);
}

/** Finds the innermost active workspace that `path` lies in. */
export function findActive(path: unknown, follows: Follows): Found | undefined {
  for (const workspace of activeWorkspaces()) {
    const found = findIn(workspace, path, follows);
    if (found) return found;
  }
  return undefined;
}

function currentFrame(): Frame | undefined {
  const frame = frames.getStore();
  return frame === NONE ? undefined : frame;
}

/**
 * The next frame that has not ended. Contexts that overlap, each begun in the
 * one before, would otherwise form a chain without end.
 */
function outerOf(frame: Frame): Frame | undefined {
  while (frame.outer && hasEnded(frame.outer)) frame.outer = frame.outer.outer;
  return frame.outer;
}

function hasEnded({ workspace }: Frame): boolean {
  return workspace.workflow.ended;
}
