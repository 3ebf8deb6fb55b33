import type { ConfirmedEvent, MachineEvent } from "../events/mod.ts";
import { isOf, type Machine, type WorkflowState } from "../state/mod.ts";
import { confirmClaims } from "./claims.ts";
import { commitIfComplete, lose, loseHopeless } from "./file_ends.ts";
import { countEnd, countJoin, endMember } from "./members.ts";
import { passOver } from "./pass_over.ts";

/** Notes what became of a machine. */
export function noteMachine(
  state: WorkflowState,
  event: MachineEvent,
): WorkflowState {
  const { machine: name, is, id, via } = event;
  const machine = state.machines.get(name);
  // A machine is declared lost by another one, and says all else itself.
  const isWrong = via && (via.machine === name) === (is === "lost");
  if (isWrong) return passOver(state);
  switch (is) {
    case "here":
      return begin(state, machine, name, id);
    case "done":
      if (!machine) return passOver(state);
      machine.is = "done";
      state.awaits.concernAll();
      return state;
    case "lost":
      if (!machine || machine.is === "lost") return passOver(state);
      machine.is = "lost";
      return loseMachine(state, name, event);
  }
}

/** Counts joins and ends for their apps that have come back from the stream. */
export function confirm(
  state: WorkflowState,
  event: ConfirmedEvent,
): WorkflowState {
  if (state.machine === undefined) return passOver(state);
  state.awaits.concernAll();
  for (const id of event.members) {
    const member = state.members.get(id);
    if (!member || member.machine !== undefined) continue;
    state.confirmed.add(id);
    if (member.uncounted !== "join") continue;
    countJoin(state, member);
    member.uncounted = member.ending && "end";
  }
  for (const id of event.ended ?? []) {
    const member = state.members.get(id);
    if (member?.uncounted !== "end" || !member.ending) continue;
    member.uncounted = undefined;
    countEnd(state, member);
    // What its end has left to be decided, as in `endMember`.
    for (const file of [...state.pending]) commitIfComplete(state, file, event);
    loseHopeless(state, id, event.time);
  }
  if (event.files) confirmClaims(state, event.files, event);
  return state;
}

function begin(
  state: WorkflowState,
  machine: Machine | undefined,
  name: string,
  id: string | undefined,
): WorkflowState {
  if (!machine) {
    state.machines.set(name, {
      name,
      ...(id !== undefined && { id }),
      is: "here",
    });
    return state;
  }
  // Its agent was started again. Another machine of its name does not count.
  const isSame = machine.is === "here" && machine.id === id;
  return isSame ? state : passOver(state);
}

/**
 * Ends the members of a machine, and loses the files that are not whole here. To a
 * machine that was lost itself all others are.
 */
function loseMachine(
  state: WorkflowState,
  name: string,
  { by, time }: { by: string; time: number },
): WorkflowState {
  const why = `machine "${name}" was lost`;
  // To a machine that was itself lost nothing more is going to come.
  const isThis = name === state.machine;
  for (const file of [...state.replicas.values()]) {
    if (file.phase !== "open" || !isThis && !isOf(file, name)) continue;
    // Others get what is missing from the server.
    if (!isThis && file.committedAtHome?.stored) continue;
    file.lostWhy = why;
    lose(state, file, file.namedBy, time);
  }
  for (const { id, machine, ending } of [...state.members.values()]) {
    const isGone = isThis ? machine !== undefined : machine === name;
    if (!isGone || ending) continue;
    const end = { event: "end", member: id, ending: "lost", why } as const;
    endMember(state, { ...end, by, time });
  }
  state.awaits.concernAll();
  return state;
}
