import { CapioError } from "./error.ts";
import { isDirectoryComplete, producersGone } from "./journal/commit.ts";
import type { WorkflowFile, WorkflowState } from "./journal/state.ts";

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
  const names = producers.map((name) => `"${name}"`).join(", ");
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

/** Whether a directory's listing can begin, or end. */
export function listingReadiness(
  state: WorkflowState,
  asker: Asker,
  path: string,
): Verdict {
  const { engine } = state;
  // A rule for files that happens to match says nothing about a listing.
  if (!engine.isDirectory(path)) return GO;
  if (engine.producers(path).includes(asker.app)) return GO;
  if (isDirectoryComplete(state, path)) return GO;
  return { type: "wait", why: "it is not complete yet", declared: true };
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
  const names = [...apps].map((name) => `"${name}"`).join(", ");
  switch (rule.type) {
    case "on_close":
      return `${names} has closed it ${closes} of ${rule.count} times`;
    case "on_file":
      return `${
        rule.dependencies.map((it) => `"${it}"`).join(", ")
      } must be committed first`;
    case "on_n_files":
    case "on_termination":
      return `${names} has not ended yet`;
  }
}

function writerLost(
  state: WorkflowState,
  file: WorkflowFile,
  offset: number,
): CapioError {
  const { path, rule } = file;
  const writer = state.members.get(file.lostBy ?? "");
  if (rule.type === "on_file" && writer && !file.writers.has(writer.id)) {
    const names = rule.dependencies.map((it) => `"${it}"`).join(", ");
    return new CapioError(
      "WRITER_LOST",
      `Cannot read "${path}" past byte ${offset}: it depends on ${names}, which "${writer.app}" (process ${writer.pid}) left unfinished`,
    );
  }
  const ended = writer?.ending === "lost"
    ? "was killed"
    : writer?.ending === "failed"
    ? "failed"
    : "gave up";
  return new CapioError(
    "WRITER_LOST",
    `Cannot read "${path}" past byte ${offset}: its writer "${writer?.app}" (process ${writer?.pid}) ${ended} before it was finished`,
  );
}
