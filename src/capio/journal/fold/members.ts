import {
  AGENT_APP,
  type AgentOfMachine,
  type EndEvent,
  type JoinEvent,
} from "../events/mod.ts";
import {
  isCompleteHere,
  isPlacedHere,
  type Member,
  type WorkflowFile,
  type WorkflowState,
} from "../state/mod.ts";
import {
  tellListingsOf,
  tellMissesOf,
  tellRemovedOf,
  tellReplacedOf,
} from "../told/mod.ts";
import { commitIfComplete, lose, loseHopeless } from "./file_ends.ts";
import { closeHandlesOf } from "./handles.ts";
import { passOver } from "./pass_over.ts";

/** Adds a member, and counts it for its app. */
export function addMember(
  state: WorkflowState,
  event: JoinEvent,
): WorkflowState {
  const { by, app, pid, time, isWorker = false, isThread, host } = event;
  if (event.agent) return addAgent(state, event, event.agent);
  const came = state.turns++;
  if (came === 0) noteMemory(state, event);
  const machine = event.via?.machine;
  const member: Member = {
    id: by,
    app,
    pid,
    joined: time,
    isWorker,
    ...(isThread && { isThread }),
    ...(host !== undefined && { host }),
    came,
    ...(machine !== undefined && { machine }),
  };
  state.members.set(by, member);
  if (isCountedLater(state, member)) member.uncounted = "join";
  else countJoin(state, member);
  return state;
}

/** Counts a member for its app. */
export function countJoin({ apps }: WorkflowState, { app }: Member): void {
  const known = apps.get(app) ?? { name: app, joined: 0, running: 0 };
  if (known.running === 0) known.lostBy = undefined;
  known.joined++;
  known.running++;
  apps.set(app, known);
}

/** Counts the end of a member for its app. */
export function countEnd({ apps }: WorkflowState, member: Member): void {
  const app = apps.get(member.app);
  if (app) app.running--;
  if (app && member.ending !== "left") app.lostBy = member.id;
}

/** Adds the agent of this machine, which begins the run or takes over. */
function addAgent(
  state: WorkflowState,
  event: JoinEvent,
  { machine, id, claims }: AgentOfMachine,
): WorkflowState {
  const { by, pid, time } = event;
  const { machine: own, turns } = state;
  if (own === undefined ? turns > 0 : own !== machine) return passOver(state);
  state.machine = machine;
  state.machineId ??= id;
  if (own === undefined) {
    noteMemory(state, event);
    if (claims) state.hasClaims = true;
  }
  state.agent = by;
  state.members.set(by, {
    id: by,
    app: AGENT_APP,
    pid,
    joined: time,
    isWorker: false,
    came: state.turns++,
    isAgent: true,
  });
  return state;
}

/** Notes the `memoryDir` of the run, which its first member has brought. */
function noteMemory(
  state: WorkflowState,
  { app, memoryDir: dir, memoryId: id }: JoinEvent,
): void {
  if (dir && id) state.memory = { dir, id, app };
}

/**
 * Tells whether a member counts for its app once its lines have come back from
 * the stream. The processes of an app may run on several machines, and all of
 * these agree on when it has begun and when it has ended.
 */
function isCountedLater(state: WorkflowState, member: Member): boolean {
  return state.machine !== undefined && member.machine === undefined &&
    !isPlacedHere(state, member.app);
}

/**
 * Returns the files that wait for the word of the stream alone. On one machine
 * they would be committed by now, however their writers end.
 */
function finishedClaims(state: WorkflowState): ReadonlySet<WorkflowFile> {
  if (state.claims.size === 0) return NO_FILES;
  return new Set(
    state.claims.values()
      .filter((file) => file.phase === "open" && isCompleteHere(state, file)),
  );
}

const NO_FILES: ReadonlySet<WorkflowFile> = new Set();

/** Ends a member, and decides on the files that it has written. */
export function endMember(
  state: WorkflowState,
  event: EndEvent,
): WorkflowState {
  const member = state.members.get(event.member);
  // Several members may report the same death, or one that had left before.
  if (!member || member.ending) return state;
  const finished = finishedClaims(state);
  member.ending = event.ending;
  member.ended = event.time;
  if (event.why !== undefined) member.why = event.why;
  if (event.by !== member.id) member.isReported = true;
  state.awaits.forget(member.id);
  // Others wait for its files, or because it might make some.
  state.awaits.concernAll();
  member.went = state.turns++;
  tellMissesOf(state, member.id);
  tellReplacedOf(state, member.id);
  tellRemovedOf(state, member.id);
  tellListingsOf(state, member.id);
  if (state.moving?.member === member.id) state.moving = undefined;
  // It may have died before it moved the file.
  state.publishing.delete(member.id);
  for (const [key, wait] of state.waits) {
    if (wait.member === member.id) state.waits.delete(key);
  }
  if (!member.isAgent && !member.uncounted) {
    if (isCountedLater(state, member)) member.uncounted = "end";
    else countEnd(state, member);
  }
  for (const file of [...state.pending]) {
    if (!file.writers.has(member.id)) continue;
    if (file.home) closeHandlesOf(state, file, member.id);
    else if (event.ending === "left") closeHandlesOf(state, file, member.id);
    else if (!finished.has(file)) lose(state, file, member.id, event.time);
  }
  for (const file of [...state.pending]) commitIfComplete(state, file, event);
  loseHopeless(state, member.id, event.time);
  return state;
}
