import { CapioError } from "../../platform/mod.ts";
import type { RulesEvent } from "../events/mod.ts";
import type { WorkflowState } from "../state/mod.ts";
import { engineWith } from "./engine.ts";
import { commitIfComplete } from "./file_ends.ts";
import { applyRule } from "./names.ts";

/**
 * Adds rules that a member has brought, and its plan.
 *
 * @throws {CapioError} If they contradict earlier ones, before the state changes.
 * A member tries its rules before it brings them.
 */
export function addRules(
  state: WorkflowState,
  event: RulesEvent,
): WorkflowState {
  const { document, rules = [], steps, machines = {}, by } = event;
  checkPlacement(state, machines);
  state.engine = engineWith(state, { document, rules });
  state.awaits.concernAll();
  for (const [step, machine] of Object.entries(machines)) {
    state.placement.set(step, machine);
  }
  if (steps && state.steps.length === 0) {
    state.steps = steps;
    state.planner = by;
  } else if (steps && state.machine !== undefined) {
    // On each machine one may run the plan.
    const planner = state.members.get(by);
    if (planner) planner.isPlanner = true;
  }
  if (event.observe) state.isObserved = true;
  if (document !== undefined) state.documents.add(document);
  state.rules.push(...rules);
  for (const file of state.pending) applyRule(state, file);
  for (const file of [...state.pending]) commitIfComplete(state, file, event);
  return state;
}

function checkPlacement(
  { placement }: WorkflowState,
  machines: Readonly<Record<string, string>>,
): void {
  for (const [step, machine] of Object.entries(machines)) {
    const known = placement.get(step) ?? machine;
    if (known === machine) continue;
    throw new CapioError(
      "INVALID_CONFIGURATION",
      `The step "${step}" must run on machine "${known}", as in the plan of the run, found "${machine}"`,
    );
  }
}
