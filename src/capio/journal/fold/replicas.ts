import type {
  CommittedEvent,
  LostEvent,
  SpaceEvent,
  WholeEvent,
} from "../events/mod.ts";
import { isOf, keyOfHome, type WorkflowState } from "../state/mod.ts";
import { commitDependents, endFile, isAwaited, lose } from "./file_ends.ts";
import { unlink } from "./names.ts";
import { passOver } from "./pass_over.ts";

/** Why the bytes of a file cannot be had that its home does not find any more. */
const GONE = "it was removed or replaced before it was carried";

/** Notes that a file was committed at its home, for all rules that look at it. */
export function commitAtHome(
  state: WorkflowState,
  event: CommittedEvent,
): WorkflowState {
  const { size, mode, stored, gone, time, via } = event;
  if (!via) return passOver(state);
  const { machine } = via;
  const file = state.foreign.get(keyOfHome({ machine, number: event.file }));
  if (file?.phase !== "open" || file.committedAtHome) return passOver(state);
  // A directory that several machines have made has one home here.
  if (!isOf(file, machine)) return state;
  file.committedAtHome = {
    size,
    ...(mode !== undefined && { mode }),
    ...(stored && { stored }),
  };
  state.awaits.concern(file.path);
  // Only of files there are bytes to come.
  if (file.kind !== "file") endFile(state, file, "committed", time);
  const next = isAwaited(state, file) ? commitDependents(state, event) : state;
  if (!gone || file.kind !== "file") return next;
  // It counts for rules, and there is nothing to read.
  file.lostWhy = GONE;
  return lose(next, file, file.namedBy, time);
}

/** Notes that the replica of a file has all of its bytes. */
export function completeReplica(
  state: WorkflowState,
  { file: number, time }: WholeEvent,
): WorkflowState {
  const file = state.replicas.get(number);
  if (!file?.committedAtHome) return passOver(state);
  endFile(state, file, "committed", time);
  return state;
}

/** Notes whether the disk has space for the replica of a file. */
export function noteSpace(
  state: WorkflowState,
  { file: number, is, time }: SpaceEvent,
): WorkflowState {
  const file = state.replicas.get(number);
  if (file?.phase !== "open") return passOver(state);
  state.awaits.concern(file.path);
  switch (is) {
    case "missing":
      file.noSpace = "tried";
      return state;
    case "there":
      delete file.noSpace;
      return state;
    case "given up":
      file.noSpace = is;
      file.lostWhy =
        `the disk of machine "${state.machine}" was full for too long`;
      return lose(state, file, file.namedBy, time);
  }
}

/** Notes that a file was lost at its home, or the rest of its replica. */
export function loseAtHome(
  state: WorkflowState,
  { file: number, member, why, time, via, unnamed }: LostEvent,
): WorkflowState {
  const file = via
    ? state.foreign.get(keyOfHome({ machine: via.machine, number }))
    : state.replicas.get(number);
  if (!file || via && file.committedAtHome) return passOver(state);
  if (via && !isOf(file, via.machine)) return state;
  if (via && unnamed && !file.unlinked) unlink(state, file.path);
  else if (file.phase !== "open") return passOver(state);
  if (file.phase !== "open") return state;
  if (why !== undefined) file.lostWhy = why;
  return lose(state, file, member, time);
}
