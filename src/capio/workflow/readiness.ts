import { CapioError } from "../platform/mod.ts";
import {
  directoryPhase,
  lostFiller,
  type Member,
  producersGone,
  type WorkflowFile,
  type WorkflowState,
} from "../journal/mod.ts";

/** Who asks: a member and the app it belongs to. */
export interface Asker {
  readonly id: string;
  readonly app: string;
}

/** Whether to go on, to wait (and for what), or to give up. */
export type Verdict =
  | { readonly type: "go" }
  | { readonly type: "wait"; readonly why: string; readonly declared: boolean }
  | { readonly type: "refuse"; readonly error: Error };

const GO: Verdict = { type: "go" };

/** Whether a path can be opened for reading. */
export function openReadiness(
  state: WorkflowState,
  asker: Asker,
  path: string,
  look: () => Deno.FileInfo | undefined,
): Verdict {
  if (state.paths.has(path)) return GO;
  const producers = state.engine.producers(path);
  if (producers.includes(asker.app)) return GO;
  const real = look();
  // A glob for output files also matches the directories they are to lie in.
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

/** Whether the contents and size of a file are for the asker to see. */
export function contentReadiness(
  state: WorkflowState,
  asker: Asker,
  file: WorkflowFile,
): Verdict {
  if (state.engine.fireRule(file.path) === "no_update") return GO;
  if (file.phase !== "open" || isProducer(state, asker, file)) return GO;
  return waitForCommit(state, file);
}

/**
 * Whether what has been written to a file so far is all there will be. Only
 * who is refused is told the `offset`.
 */
export function endReadiness(
  state: WorkflowState,
  asker: Asker,
  file: WorkflowFile,
  offset: () => number,
): Verdict {
  if (file.phase === "committed" || isProducer(state, asker, file)) return GO;
  if (file.phase === "open") return waitForCommit(state, file);
  return { type: "refuse", error: writerLost(state, file, offset()) };
}

/**
 * Whether a directory's listing can begin, or end. Only who is refused is told
 * how many entries were `listed`.
 */
export function listingReadiness(
  state: WorkflowState,
  asker: Asker,
  path: string,
  listed: () => number,
): Verdict {
  const { engine } = state;
  // A glob for files that happens to match says nothing about a listing.
  if (!engine.isDirectory(path) && !engine.isNamedOutput(path)) return GO;
  if (isFiller(state, asker, path)) return GO;
  switch (directoryPhase(state, path)) {
    case "committed":
      return GO;
    case "lost":
      return { type: "refuse", error: fillerLost(state, path, listed()) };
    case "open":
      return { type: "wait", why: missingEntries(state, path), declared: true };
  }
}

/** Whether the asker fills the directory itself and so never waits for it. */
function isFiller(state: WorkflowState, { id, app }: Asker, path: string) {
  const producers = state.engine.producers(path);
  if (producers.length > 0) return producers.includes(app);
  return state.folders.get(path)?.writers.has(id) ?? false;
}

/** Whether the asker writes the file itself and so never waits for it. */
export function isProducer(
  state: WorkflowState,
  asker: Asker,
  file: WorkflowFile,
): boolean {
  return file.writers.has(asker.id) ||
    state.engine.producers(file.path).includes(asker.app);
}

function waitForCommit(state: WorkflowState, file: WorkflowFile): Verdict {
  return { type: "wait", why: missingForCommit(state, file), declared: true };
}

/** What has to happen before the file is committed, in words. */
export function missingForCommit(
  state: WorkflowState,
  { rule, closes, writers, path }: WorkflowFile,
): string {
  const apps = new Set(state.engine.producers(path));
  for (const id of writers) apps.add(state.members.get(id)?.app ?? id);
  const names = quoted(apps);
  switch (rule.type) {
    case "on_close":
      return `${names} has closed it ${closes} of ${rule.count} times`;
    case "on_file":
      return `${quoted(rule.dependencies)} must be committed first`;
    case "on_n_files":
    case "on_termination":
      return `${names} has not ended yet`;
  }
}

/** What has to happen before a directory is complete, in words. */
function missingEntries(state: WorkflowState, path: string): string {
  const { engine, folders, members } = state;
  const rule = engine.commitRule(path);
  const folder = folders.get(path);
  if (rule.type === "on_file") {
    return `${quoted(rule.dependencies)} must be committed first`;
  }
  if (rule.type === "on_n_files") {
    return `it has had ${folder?.most ?? 0} of ${rule.count} entries`;
  }
  const apps = new Set(engine.producers(path));
  if (apps.size === 0) {
    for (const id of folder?.writers ?? []) {
      apps.add(members.get(id)?.app ?? id);
    }
  }
  if (apps.size === 0) return "nobody has begun to fill it";
  return `${quoted(apps)} has not ended yet`;
}

function quoted(names: Iterable<string>): string {
  return [...names].map((name) => `"${name}"`).join(", ");
}

function writerLost(
  state: WorkflowState,
  file: WorkflowFile,
  offset: number,
): CapioError {
  const { path, rule } = file;
  const writer = state.members.get(file.lostBy ?? "");
  const hasDoneAll = writer?.ending === "left" ||
    writer !== undefined && !file.writers.has(writer.id);
  const reason = rule.type === "on_file" && hasDoneAll
    ? `it depends on ${quoted(rule.dependencies)}, which ${
      processOf(writer)
    } left unfinished`
    : badEndOf(writer);
  return new CapioError(
    "WRITER_LOST",
    `Cannot read "${path}" past byte ${offset}: ${reason}`,
  );
}

function fillerLost(
  state: WorkflowState,
  path: string,
  listed: number,
): CapioError {
  const rule = state.engine.commitRule(path);
  const filler = lostFiller(state, path);
  const reason = rule.type === "on_file" && !filler
    ? `it depends on ${quoted(rule.dependencies)}, which will not be finished`
    : badEndOf(filler);
  return new CapioError(
    "WRITER_LOST",
    `Cannot list "${path}" past entry ${listed}: ${reason}`,
  );
}

function badEndOf(writer: Member | undefined): string {
  const ended = writer?.ending === "lost"
    ? "died"
    : writer?.ending === "failed"
    ? "failed"
    : "gave up";
  return `its writer ${processOf(writer)} ${ended} before it was finished`;
}

function processOf(member: Member | undefined): string {
  return `"${member?.app}" (process ${member?.pid})`;
}
