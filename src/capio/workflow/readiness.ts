import {
  directoryPhase,
  hasEnded,
  isOfStep,
  orderOf,
  type WorkflowFile,
  type WorkflowState,
} from "../journal/mod.ts";
import { type FollowedLink, NeverCreated } from "../platform/mod.ts";
import {
  fillerLost,
  missingEntries,
  missingForCommit,
  quoted,
  replaced,
  sizeLost,
  writerLost,
} from "./missing.ts";
import { remedyForCommit, remedyForListing } from "./remedy.ts";

/** A member and the app that it belongs to. */
export interface MemberIdentity {
  readonly id: string;
  readonly app: string;
}

/** The answer to a member: go on, wait (and for what), or give up. */
export type Verdict =
  | {
    readonly type: "go";
    /** Set when there is nothing, which the system reports. */
    readonly isMissing?: true;
  }
  | {
    readonly type: "wait";
    readonly why: string;
    /** What the user can do about it, as a sentence. */
    readonly remedy: string;
    readonly declared: boolean;
  }
  | { readonly type: "refuse"; readonly error: Error };

const GO: Verdict = { type: "go" };
const MISSING: Verdict = { type: "go", isMissing: true };

/** Options of {@linkcode openReadiness}. */
export interface OpenReadinessOptions {
  /** Looks at the real file; it is called only when needed. */
  readonly lookAtReal: () => Deno.FileInfo | undefined;
  /** Whether the member only asks whether the path is there. */
  readonly isQuestion?: boolean;
  /** The symbolic links that led to the path. */
  readonly through?: readonly FollowedLink[];
}

/** Decides whether a member can open a path for reading. */
export function openReadiness(
  state: WorkflowState,
  member: MemberIdentity,
  path: string,
  { lookAtReal, isQuestion = false, through = [] }: OpenReadinessOptions,
): Verdict {
  const file = state.paths.get(path);
  if (file && !isMadeLater(state, member, file, { isQuestion })) return GO;
  const real = lookAtReal();
  // A glob for output files also matches the directories that they lie in.
  if (real?.isDirectory) return GO;
  if (file) return real ? GO : MISSING;
  const verdict = unmadeReadiness(state, member, path, {
    isReal: real !== undefined,
    isQuestion,
  });
  if (verdict.type !== "go" || !verdict.isMissing) return verdict;
  // A step may have announced the file by the name of the link.
  const isReal = false;
  return through
    .filter(({ name }) => state.engine.isDeclared(name))
    .map(({ name }) =>
      unmadeReadiness(state, member, name, { isReal, isQuestion })
    )
    .find(({ type }) => type === "wait") ?? verdict;
}

/** Decides about a path at which no member has made a file. */
function unmadeReadiness(
  state: WorkflowState,
  member: MemberIdentity,
  path: string,
  { isReal, isQuestion }: {
    readonly isReal: boolean;
    readonly isQuestion: boolean;
  },
): Verdict {
  const producers = producersOf(state, member, path);
  if (producers.includes(member.app)) return isReal ? GO : MISSING;
  if (producers.length === 0) {
    return isReal ? GO : withoutProducer(state, member, path, isQuestion);
  }
  const awaited = awaitedProducers(state, member, path, producers);
  if (!awaited.every((app) => hasEnded(state, app))) {
    return waitForProducers(producers);
  }
  if (isReal) return GO;
  if (awaited.length === 0) return MISSING;
  return refuseMissing(path, `its producer ${quoted(producers)}`);
}

/**
 * The apps that announce a path: by their output streams or else by streaming
 * rules, unless the member has one for it, too.
 */
function producersOf(
  { engine }: WorkflowState,
  { app }: MemberIdentity,
  path: string,
): readonly string[] {
  const producers = engine.producers(path);
  if (producers.length > 0) return producers;
  const streamers = engine.streamers(path);
  return streamers.includes(app) ? [] : streamers;
}

/** The producers of a path that may still make it for a member. */
function awaitedProducers(
  state: WorkflowState,
  { app }: MemberIdentity,
  path: string,
  producers: readonly string[],
): readonly string[] {
  const { engine } = state;
  // What the graph says of this very path counts most.
  if (engine.isNamedInput(app, path)) return producers;
  return producers.filter((it) => orderOf(state, app, it) !== "before");
}

/** Decides about a path that is not there and that no step is to produce. */
function withoutProducer(
  state: WorkflowState,
  { app }: MemberIdentity,
  path: string,
  isQuestion: boolean,
): Verdict {
  const { engine } = state;
  if (!engine.isDeclared(path)) {
    return engine.hasGraph ? MISSING : waitForAnybody(false);
  }
  // A rule such as that for "*" names it, but announces nothing.
  if (isQuestion && !engine.isNamedInput(app, path)) return MISSING;
  const others = otherApps(state, app);
  const usesPlan = planCounts(state, path, { isQuestion });
  const awaited = others
    .filter((it) => orderOf(state, app, it, { usesPlan }) !== "before");
  if (awaited.length > 0) {
    return awaited.every((it) => hasEnded(state, it))
      ? refuseMissing(path, "every step that could make it")
      : waitForAnybody(true);
  }
  if (isQuestion) return MISSING;
  // It may come from outside of the workflow.
  const isInput = others.length === 0 || engine.consumers(path).includes(app);
  return isInput ? waitForAnybody(true) : MISSING;
}

/**
 * Tells whether the order of the plan counts for a path. Without a graph and a
 * producer it does so for questions alone: a step reads what any other makes.
 */
function planCounts(
  { engine }: WorkflowState,
  path: string,
  { isQuestion = false }: { isQuestion?: boolean },
): boolean {
  return isQuestion || engine.hasGraph || engine.producers(path).length > 0;
}

/** The other apps of the configuration and the plan, and those at work. */
function otherApps(
  state: WorkflowState,
  app: string,
): string[] {
  const { engine, steps, members } = state;
  const present = [...members.values()]
    .filter((member) => !member.ending && isOfStep(state, member))
    .map(({ app }) => app);
  const all = new Set([...engine.apps, ...steps, ...present]);
  all.delete(app);
  return [...all];
}

function waitForProducers(producers: readonly string[]): Verdict {
  const names = quoted(producers);
  return {
    type: "wait",
    why: `${names} has not created it yet`,
    remedy:
      `Start ${names} if it does not run, or take the file out of the "output_stream" of a step that does not make it`,
    declared: true,
  };
}

function waitForAnybody(declared: boolean): Verdict {
  const remedy = declared
    ? `Name the step that makes it, with the file in its "output_stream"`
    : `Name the file and its producer in a CAPIO-CL configuration, or set the time with CAPIO_OPEN_TIMEOUT_SECONDS`;
  return { type: "wait", why: "nobody has created it yet", remedy, declared };
}

function refuseMissing(path: string, makers: string): Verdict {
  const error = new NeverCreated(
    `Cannot open "${path}" for reading: ${makers} left without creating it`,
  );
  return { type: "refuse", error };
}

/** Decides whether a member may see the contents of a file. */
export function contentReadiness(
  state: WorkflowState,
  member: MemberIdentity,
  file: WorkflowFile,
): Verdict {
  if (state.engine.fireRule(file.path) === "no_update") return GO;
  if (isProducer(state, member, file)) return GO;
  if (isReplaced(state, file)) {
    return { type: "refuse", error: replaced(state, file, 0) };
  }
  return file.phase === "open" ? waitForCommit(state, file) : GO;
}

/**
 * Decides whether a member may see the size of a file. That of a file whose
 * writer was lost is not the size that it was to have: a program that goes by it
 * would meet no end, and take a part for the whole.
 */
export function sizeReadiness(
  state: WorkflowState,
  member: MemberIdentity,
  file: WorkflowFile,
): Verdict {
  const verdict = contentReadiness(state, member, file);
  if (verdict.type !== "go" || file.phase !== "lost") return verdict;
  if (state.engine.fireRule(file.path) === "no_update") return verdict;
  if (isProducer(state, member, file)) return verdict;
  return { type: "refuse", error: sizeLost(state, file) };
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
  if (isReplaced(state, file) && !isProducer(state, member, file)) {
    return { type: "refuse", error: replaced(state, file, offset()) };
  }
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
  if (isListedAtOnce(state, path)) return GO;
  if (fillsDirectory(state, member, path)) return GO;
  switch (directoryPhase(state, path)) {
    case "committed":
      return GO;
    case "lost":
      return { type: "refuse", error: fillerLost(state, path, listed()) };
    case "open":
      return {
        type: "wait",
        why: missingEntries(state, path),
        remedy: remedyForListing(state, path),
        declared: true,
      };
  }
}

/** Tells whether a directory is listed as it is: no rule is about it. */
export function isListedAtOnce(
  { engine }: WorkflowState,
  path: string,
): boolean {
  // A glob for files that happens to match says nothing about a listing.
  return !engine.isDirectory(path) && !engine.isNamedOutput(path);
}

/**
 * Tells whether a file comes from steps after a member alone: it would not be
 * there yet if the steps ran one after the other.
 */
export function isMadeLater(
  state: WorkflowState,
  { id, app }: MemberIdentity,
  { path, kind, writers }: WorkflowFile,
  options: { isQuestion?: boolean } = {},
): boolean {
  // A step makes the directories that are missing, whichever made them first.
  if (kind === "directory" || writers.has(id)) return false;
  const { engine, members } = state;
  const usesPlan = planCounts(state, path, options);
  const isLater = (other: string | undefined) =>
    other !== undefined &&
    orderOf(state, app, other, { usesPlan }) === "before";
  for (const writer of writers) {
    if (!isLater(members.get(writer)?.app)) return false;
  }
  // What the graph says of this very path counts most.
  return engine.producers(path).every(isLater) &&
    !engine.isNamedInput(app, path);
}

/**
 * Tells whether a file lost its name to another one before it was committed: it
 * is an earlier version that its producer has thrown away.
 */
export function isReplaced(state: WorkflowState, file: WorkflowFile): boolean {
  if (!file.isDiscarded) return false;
  const present = state.paths.get(file.path);
  return present?.kind === "file" && present !== file;
}

/** Tells whether a member writes the file itself and so never waits for it. */
export function isProducer(
  state: WorkflowState,
  { id, app }: MemberIdentity,
  file: WorkflowFile,
): boolean {
  return file.writers.has(id) || state.engine.mayWrite(app, file.path);
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
  return new CommitWait(state, file);
}

/** A wait for a commit. Hardly any is long enough for its reason to be told. */
class CommitWait {
  readonly type = "wait";
  readonly declared = true;
  readonly #state: WorkflowState;
  readonly #file: WorkflowFile;

  constructor(state: WorkflowState, file: WorkflowFile) {
    this.#state = state;
    this.#file = file;
  }

  get why(): string {
    return missingForCommit(this.#state, this.#file);
  }

  get remedy(): string {
    return remedyForCommit(this.#file);
  }
}
