import { dependenciesOf } from "../../cl/mod.ts";
import { parentOf } from "../../platform/mod.ts";
import { engineWith, initialState, ruleOf } from "../fold/mod.ts";
import { filesOf, type WorkflowState } from "../state/mod.ts";
import { CHECKPOINT_PARTS } from "./checkpoint_parts.ts";
import { IdDecoder, IdEncoder, type Part } from "./rows.ts";

/** Rows in one line: few lines to parse, and none of them is long. */
const ROWS_IN_LINE = 500;

/**
 * Yields the lines of a checkpoint: a state as JSON texts, each of which has the
 * name of a part and some of its rows. A process that reads them has the state
 * without the events that led to it.
 */
export function* checkpointLines(state: WorkflowState): Generator<string> {
  const ids = new IdEncoder();
  for (const [name, { rows }] of Object.entries(CHECKPOINT_PARTS)) {
    let line: unknown[] = [name];
    for (const row of rows(state, ids)) {
      line.push(row);
      if (line.length <= ROWS_IN_LINE) continue;
      yield JSON.stringify(line);
      line = [name];
    }
    if (line.length > 1) yield JSON.stringify(line);
  }
}

/**
 * Builds the state of a workflow in `capioDir` from the lines of a checkpoint.
 *
 * @throws {SyntaxError} If a line is not one of a checkpoint. Each is checked: all
 * that is found in a journal is only data. Unlike an event, a line that is missing
 * cannot be passed over, for everything after it builds on it. The same if its
 * rules cannot be used.
 */
export function restoreCheckpoint(
  lines: Iterable<string>,
  capioDir: string,
): WorkflowState {
  const state = initialState(capioDir);
  const ids = new IdDecoder();
  for (const line of lines) restore(state, line, ids);
  state.engine = engineOf(state);
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

function engineOf(state: WorkflowState): WorkflowState["engine"] {
  try {
    return engineWith(state, {});
  } catch (cause) {
    throw new SyntaxError("The rules of the checkpoint cannot be used", {
      cause,
    });
  }
}

function restore(state: WorkflowState, line: string, ids: IdDecoder): void {
  const value: unknown = JSON.parse(line);
  const cells: unknown[] = Array.isArray(value) ? value : [];
  const part = PARTS.get(cells[0]);
  const rows = cells.slice(1);
  const isValid = part !== undefined &&
    rows.every((row) => Array.isArray(row) && part.restore(state, row, ids));
  if (!isValid) throw new SyntaxError("This is no line of a checkpoint");
}

const PARTS: ReadonlyMap<unknown, Part> = new Map(
  Object.entries(CHECKPOINT_PARTS),
);
