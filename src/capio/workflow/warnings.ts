import { dependenciesOf } from "../cl/mod.ts";
import {
  readersIn,
  type RewriteKind,
  type StaleRead,
  type WorkflowState,
} from "../journal/mod.ts";
import { missingForCommit, quoted } from "./missing.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/** Warns that nothing tells the members of a workflow which of them still live. */
export function warnOfLocks({ capioDir }: WorkflowFolder): void {
  console.warn(
    `sluice: The file system of "${capioDir}" keeps no locks, or none between parts of one process: members may be taken for dead, and files published while they are written. Use a directory on a disk of this machine`,
  );
}

/**
 * Warns of files that a member read, or missed, and that others have made since.
 */
export class StaleReadWarnings {
  readonly #member: string;
  #warned = 0;

  /**
   * Warns the member with this id, as the reader, or as the writer when the
   * reader has ended.
   */
  constructor(member: string) {
    this.#member = member;
  }

  /** Warns of the stale reads since the last call. */
  look(state: WorkflowState): void {
    const { staleReads, forgotten } = state;
    const count = forgotten.staleReads + staleReads.length;
    if (count === this.#warned) return;
    const fresh = staleReads.slice(
      Math.max(0, this.#warned - forgotten.staleReads),
    );
    this.#warned = count;
    for (const stale of fresh) {
      const told = stale.isLate ? stale.writer : stale.reader;
      if (told !== this.#member) continue;
      console.warn(`sluice: ${describeStaleRead(state, stale)}`);
    }
  }
}

function describeStaleRead(
  { members }: WorkflowState,
  { path, isMiss, isQuestion, isListing, ...ids }: StaleRead,
): string {
  const [reader, writer] = [ids.reader, ids.writer]
    .map((id) => members.get(id)?.app ?? id);
  const remedy =
    `With the file in the "output_stream" of "${writer}" in a CAPIO-CL configuration, "${reader}" waits for it`;
  if (isListing) {
    return `"${reader}" listed the directory of "${path}" before "${writer}" made it, and has not come to it otherwise. With the directory in the "output_stream" of "${writer}" in a CAPIO-CL configuration, "${reader}" lists all of it`;
  }
  if (isQuestion) {
    return `"${reader}" asked for the size or the times of "${path}" before "${writer}" wrote it again, and has not read it since. ${remedy}`;
  }
  return isMiss
    ? `"${reader}" looked for "${path}" before "${writer}" made it, and did without it. ${remedy}`
    : `"${path}" was read before "${writer}" began to rewrite it: what "${reader}" read is out of date, it may be of an earlier run. ${remedy}`;
}

/** Warns a member of files that were changed after they were read. */
export class RewriteWarnings {
  readonly #member: string;
  #warned = 0;

  /** Warns the member with this id, as the reader or the writer. */
  constructor(member: string) {
    this.#member = member;
  }

  /** Warns of the rewrites since the last call. */
  look({ rewrites, members, forgotten }: WorkflowState): void {
    const count = forgotten.rewrites + rewrites.size;
    if (count === this.#warned) return;
    const fresh = [...rewrites.values()].slice(
      Math.max(0, this.#warned - forgotten.rewrites),
    );
    this.#warned = count;
    for (const { path, reader, writer, kind } of fresh) {
      if (reader !== this.#member && writer !== this.#member) continue;
      const [readerApp, writerApp] = [reader, writer]
        .map((id) => members.get(id)?.app ?? id);
      const text = describeRewrite(kind, path, readerApp, writerApp);
      console.warn(`sluice: ${text}`);
    }
  }
}

function describeRewrite(
  kind: RewriteKind,
  path: string,
  reader: string,
  writer: string,
): string {
  const isOld = `what "${reader}" read is out of date`;
  switch (kind) {
    case "reopened":
      return `"${writer}" opened "${path}" again and changed it after "${reader}" had got its end: ${isOld}. A file that is opened several times needs the commit rule "on_termination"`;
    case "replaced":
      return `"${writer}" replaced "${path}" by another file after "${reader}" had read from it: ${isOld}. A file that is replaced needs the commit rule "on_termination" and the mode "update"`;
    case "removed":
      return `"${writer}" removed or renamed "${path}" after "${reader}" had found it there, which comes later and would not have found it. In the "output_stream" of "${writer}" the file is not read before`;
    case "undone":
      return `"${writer}" wrote "${path}" from its beginning after "${reader}" had written to it, which comes later: what "${reader}" wrote is lost. A step that changes the file of an earlier one reads it first`;
    case "overwritten":
      return `"${writer}" changed a part of "${path}" that "${reader}" had read: ${isOld}. A file that is not written from its beginning to its end needs the mode "update"`;
  }
}

/**
 * Warns of files that are discarded although their writers have ended well:
 * their dependencies were never finished.
 */
export function warnOfUnfinished(state: WorkflowState): void {
  for (const file of state.paths.values()) {
    const { path, phase, rule, writers, home } = file;
    if (phase === "committed" || !dependenciesOf(rule) || home) continue;
    if (!state.engine.isPermanent(path)) continue;
    const isFailure = [...writers]
      .some((id) => state.members.get(id)?.ending !== "left");
    if (isFailure) continue;
    console.warn(
      `sluice: "${path}" is discarded, it was never finished: ${
        missingForCommit(state, file)
      }`,
    );
  }
}

/** Most files that one warning names. */
const MOST_FILES_NAMED = 10;

/**
 * Warns of finished files that are discarded at the end although nobody has read
 * them: they are not permanent.
 */
export function warnOfUnkept(state: WorkflowState): void {
  const hasFailed = state.forgotten.failures > 0 ||
    [...state.members.values()].some(({ ending }) => ending !== "left");
  if (hasFailed) return;
  const readersOf = readersIn(state);
  const unread = [...state.paths.values()].filter((file) =>
    file.kind === "file" && file.phase === "committed" &&
    !file.isInPlace && !state.engine.isPermanent(file.path) &&
    readersOf(file).length === 0
  ).map(({ path }) => path);
  if (unread.length === 0) return;
  const named = quoted(unread.slice(0, MOST_FILES_NAMED));
  const others = unread.length - MOST_FILES_NAMED;
  console.warn(
    `sluice: not kept, and read by nobody: ${named}${
      others > 0 ? ` and ${others} more` : ""
    }. Name under "permanent" in the CAPIO-CL configuration what is to stay`,
  );
}
