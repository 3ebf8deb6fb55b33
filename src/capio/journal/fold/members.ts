import type { EndEvent, JoinEvent } from "../events/mod.ts";
import type { WorkflowState } from "../state/mod.ts";
import {
  tellListingsOf,
  tellMissesOf,
  tellRemovedOf,
  tellReplacedOf,
} from "../told/mod.ts";
import { commitIfComplete, lose, loseHopeless } from "./file_ends.ts";
import { closeHandlesOf } from "./handles.ts";

/** Adds a member, and counts it for its app. */
export function addMember(
  state: WorkflowState,
  event: JoinEvent,
): WorkflowState {
  const { by, app, pid, time, isWorker = false, isThread, host } = event;
  const came = state.turns++;
  const { memoryDir: dir, memoryId: id } = event;
  if (came === 0 && dir && id) state.memory = { dir, id, app };
  state.members.set(by, {
    id: by,
    app,
    pid,
    joined: time,
    isWorker,
    ...(isThread && { isThread }),
    ...(host !== undefined && { host }),
    came,
  });
  const known = state.apps.get(app) ?? { name: app, joined: 0, running: 0 };
  if (known.running === 0) known.lostBy = undefined;
  known.joined++;
  known.running++;
  state.apps.set(app, known);
  return state;
}

/** Ends a member, and decides on the files that it has written. */
export function endMember(
  state: WorkflowState,
  event: EndEvent,
): WorkflowState {
  const member = state.members.get(event.member);
  // Several members may report the same death, or one that had left before.
  if (!member || member.ending) return state;
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
  const app = state.apps.get(member.app);
  if (app) app.running--;
  if (app && event.ending !== "left") app.lostBy = member.id;
  for (const file of [...state.pending]) {
    if (!file.writers.has(member.id)) continue;
    if (event.ending !== "left") lose(state, file, member.id, event.time);
    else closeHandlesOf(state, file, member.id);
  }
  for (const file of [...state.pending]) commitIfComplete(state, file, event);
  loseHopeless(state, member.id, event.time);
  return state;
}
