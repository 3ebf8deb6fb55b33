import {
  directoryPhase,
  producersGone,
  type WorkflowFile,
  type WorkflowState,
} from "../journal/mod.ts";
import {
  fillerLost,
  missingEntries,
  missingForCommit,
  quoted,
  writerLost,
} from "./missing.ts";

/** A member and the app that it belongs to. */
export interface MemberIdentity {
  readonly id: string;
  readonly app: string;
}

/** The answer to a member: go on, wait (and for what), or give up. */
export type Verdict =
  | { readonly type: "go" }
  | { readonly type: "wait"; readonly why: string; readonly declared: boolean }
  | { readonly type: "refuse"; readonly error: Error };

const GO: Verdict = { type: "go" };

/**
 * Decides whether a member can open a path for reading.
 *
 * @param lookAtReal Looks at the real file; it is called only when needed.
 */
export function openReadiness(
  state: WorkflowState,
  member: MemberIdentity,
  path: string,
  lookAtReal: () => Deno.FileInfo | undefined,
): Verdict {
  if (state.paths.has(path)) return GO;
  const producers = state.engine.producers(path);
  if (producers.includes(member.app)) return GO;
  const real = lookAtReal();
  // A glob for output files also matches the directories that they lie in.
  if (real?.isDirectory) return GO;
  if (producers.length === 0) {
    if (real) return GO;
    const declared = state.engine.isDeclared(path);
    return { type: "wait", why: "nobody has created it yet", declared };
  }
  const names = quoted(producers);
  if (!producersGone(state, path)) {
    const why = `${names} has not created it yet`;
    return { type: "wait", why, declared: true };
  }
  if (real) return GO;
  const error = new Deno.errors.NotFound(
    `Cannot open "${path}" for reading: its producer ${names} left without creating it`,
  );
  return { type: "refuse", error };
}

/** Decides whether a member may see the contents and the size of a file. */
export function contentReadiness(
  state: WorkflowState,
  member: MemberIdentity,
  file: WorkflowFile,
): Verdict {
  if (state.engine.fireRule(file.path) === "no_update") return GO;
  if (file.phase !== "open" || isProducer(state, member, file)) return GO;
  return waitForCommit(state, file);
}

/**
 * Decides whether the end of what has been written to a file so far is the end
 * of the file.
 *
 * @param offset Tells how far the member has read; it is called for an error.
 */
export function endReadiness(
  state: WorkflowState,
  member: MemberIdentity,
  file: WorkflowFile,
  offset: () => number,
): Verdict {
  switch (file.phase) {
    case "committed":
      return GO;
    case "open":
      if (isProducer(state, member, file)) return GO;
      return waitForCommit(state, file);
    case "lost":
      if (isProducer(state, member, file)) return GO;
      return { type: "refuse", error: writerLost(state, file, offset()) };
  }
}

/**
 * Decides whether a directory's listing can begin, or end.
 *
 * @param listed Counts the entries listed so far; it is called for an error.
 */
export function listingReadiness(
  state: WorkflowState,
  member: MemberIdentity,
  path: string,
  listed: () => number,
): Verdict {
  const { engine } = state;
  // A glob for files that happens to match says nothing about a listing.
  if (!engine.isDirectory(path) && !engine.isNamedOutput(path)) return GO;
  if (fillsDirectory(state, member, path)) return GO;
  switch (directoryPhase(state, path)) {
    case "committed":
      return GO;
    case "lost":
      return { type: "refuse", error: fillerLost(state, path, listed()) };
    case "open":
      return { type: "wait", why: missingEntries(state, path), declared: true };
  }
}

/** Tells whether a member writes the file itself and so never waits for it. */
export function isProducer(
  state: WorkflowState,
  { id, app }: MemberIdentity,
  file: WorkflowFile,
): boolean {
  return file.writers.has(id) ||
    state.engine.producers(file.path).includes(app);
}

/** Tells whether a member fills the directory itself and so never waits for it. */
function fillsDirectory(
  state: WorkflowState,
  { id, app }: MemberIdentity,
  path: string,
): boolean {
  const producers = state.engine.producers(path);
  if (producers.length > 0) return producers.includes(app);
  return state.folders.get(path)?.writers.has(id) ?? false;
}

function waitForCommit(state: WorkflowState, file: WorkflowFile): Verdict {
  return { type: "wait", why: missingForCommit(state, file), declared: true };
}
