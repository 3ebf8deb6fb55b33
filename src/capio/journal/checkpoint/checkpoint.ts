import { dependenciesOf } from "../../cl/mod.ts";
import { parentOf } from "../../platform/mod.ts";
import { CHECKPOINT_PARTS } from "./checkpoint_parts.ts";
import { engineWith, initialState, ruleOf } from "../fold/mod.ts";
import { hasFields } from "../events/mod.ts";
import { filesOf, type WorkflowState } from "../state/mod.ts";

/**
 * Yields the lines of a checkpoint: a state as JSON texts, one for each thing
 * that it knows. A process that reads them has the state without the events that
 * led to it. None is long, however much the workflow has made.
 */
export function* checkpointLines(state: WorkflowState): Generator<string> {
  for (const [part, { take }] of Object.entries(CHECKPOINT_PARTS)) {
    for (const fields of take(state)) yield JSON.stringify({ part, ...fields });
  }
}

/**
 * Builds the state of a workflow in `capioDir` from the lines of a checkpoint.
 *
 * @throws {SyntaxError} If a line is not one of a checkpoint. Each is checked: all
 * that is found in a journal is only data. Unlike an event, a line that is missing
 * cannot be passed over, for everything after it builds on it.
 */
export function restoreCheckpoint(
  lines: Iterable<string>,
  capioDir: string,
): WorkflowState {
  const state = initialState(capioDir);
  for (const line of lines) restore(state, line);
  state.engine = engineWith(state, {});
  for (const path of state.paths.keys()) {
    const folder = state.folders.get(parentOf(path));
    if (folder) folder.entries++;
  }
  for (const file of filesOf(state)) file.rule = ruleOf(state, file);
  // Files are looked at in the order in which they were created.
  const pending = [...state.pending].sort((a, b) => a.number - b.number);
  state.pending.clear();
  for (const file of pending) {
    state.pending.add(file);
    if (dependenciesOf(file.rule)) state.dependents.add(file);
  }
  return state;
}

function restore(state: WorkflowState, line: string): void {
  const value: unknown = JSON.parse(line);
  const codec = typeof value === "object" && value !== null && "part" in value
    ? CODECS.get(value.part)
    : undefined;
  if (!codec || !hasFields(value as object, Object.entries(codec.fields))) {
    throw new SyntaxError(`"${line}" is no line of a checkpoint`);
  }
  codec.restore(state, value as never);
}

const CODECS: ReadonlyMap<
  unknown,
  (typeof CHECKPOINT_PARTS)[keyof typeof CHECKPOINT_PARTS]
> = new Map(Object.entries(CHECKPOINT_PARTS));
