import {
  CapioClEngine,
  type CapioClRule,
  configOf,
  mergeCapioCl,
} from "../../cl/mod.ts";
import { emptyState, type WorkflowState } from "../state/mod.ts";

/** The number of engines without rules in code that are remembered. */
const REMEMBERED_ENGINES = 8;

/**
 * The engines that were made last. A member needs the same one when it tries its
 * rules, and when it reads in the journal what it has brought.
 */
const engines = new Map<string, CapioClEngine>();

/** The state before the first event of a workflow in `capioDir`. */
export function initialState(capioDir: string): WorkflowState {
  return emptyState(
    capioDir,
    engineWith({ capioDir, documents: new Set(), rules: [] }, {}),
  );
}

/**
 * Returns the engine for all rules so far and some more.
 *
 * @throws {CapioError} If they contradict each other.
 */
export function engineWith(
  state: Pick<WorkflowState, "capioDir" | "documents" | "rules">,
  more: { document?: string; rules?: readonly CapioClRule[] },
): CapioClEngine {
  const documents = new Set(state.documents);
  if (more.document !== undefined) documents.add(more.document);
  const rules = [...state.rules, ...more.rules ?? []];
  const key = rules.length > 0
    ? undefined
    : [state.capioDir, ...documents].join("\0");
  const known = key !== undefined && engines.get(key);
  if (known) return known;
  const configs = [...documents].map(configOf);
  const config = configs.length > 0 ? configs.reduce(mergeCapioCl) : undefined;
  const engine = new CapioClEngine(config, { capioDir: state.capioDir, rules });
  if (key !== undefined) {
    if (engines.size >= REMEMBERED_ENGINES) engines.clear();
    engines.set(key, engine);
  }
  return engine;
}
