import {
  needsClaim,
  type WorkflowFile,
  type WorkflowState,
} from "../state/mod.ts";
import { commitIfComplete, lose } from "./file_ends.ts";
import { unlink } from "./names.ts";

/**
 * Has a new file of this machine wait for its line, where it has to.
 *
 * @param before The one whose place it takes. The name is of this machine from
 * the first line of that one on.
 */
export function claim(
  state: WorkflowState,
  file: WorkflowFile,
  before?: WorkflowFile,
): void {
  if (file.home || file.kind !== "file") return;
  if (!needsClaim(state, file.path)) return;
  let number = file.number;
  if (before && before.kind === "file" && !before.home) {
    if (before.claim === undefined) return;
    for (const [claimed, it] of state.claims) {
      if (it === before) number = claimed;
    }
    before.claim = undefined;
  }
  file.claim = file.path;
  state.claims.set(number, file);
}

/** Notes that the first lines of files came back, and before those of others. */
export function confirmClaims(
  state: WorkflowState,
  files: readonly number[],
  event: { by: string; time: number },
): void {
  for (const number of files) {
    const file = state.claims.get(number);
    if (!file) continue;
    state.claims.delete(number);
    file.claim = undefined;
    commitIfComplete(state, file, event);
  }
}

/** Loses files of this machine whose name another one has claimed before. */
export function yieldName(
  state: WorkflowState,
  path: string,
  machine: string,
  time: number,
): void {
  if (state.claims.size === 0) return;
  for (const [number, file] of state.claims) {
    if (file.claim !== path) continue;
    state.claims.delete(number);
    file.claim = undefined;
    file.lostTo = machine;
    state.conflicts.push(file);
    if (!file.unlinked) unlink(state, file.path);
    if (file.phase === "open") lose(state, file, file.namedBy, time);
    // Its writer has given it up before, and others hear of the name alone.
    else state.changes?.push({ file, is: "lost" });
  }
}
