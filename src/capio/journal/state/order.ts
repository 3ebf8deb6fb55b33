import type { WorkflowState } from "./state.ts";

/** Whether a step comes before or after another one, where that is known. */
export type Order = "before" | "after" | "unknown";

/** Options of {@linkcode orderOf}. */
export interface OrderOptions {
  /**
   * Whether the plan counts where the graph says nothing.
   *
   * @default {true}
   */
  readonly usesPlan?: boolean;
}

/**
 * The place of an app, seen from another one, when the steps run one after the
 * other: as the graph says, and where the graph says nothing as the plan does.
 */
export function orderOf(
  state: WorkflowState,
  app: string,
  other: string,
  { usesPlan = true }: OrderOptions = {},
): Order {
  if (app === other) return "unknown";
  const { engine, steps } = state;
  const isEarlier = engine.leadsTo(app, other);
  const isLater = engine.leadsTo(other, app);
  if (isEarlier !== isLater) return isEarlier ? "before" : "after";
  // Apps in a circle, or without a connection.
  return usesPlan ? inPlan(steps, app, other) : "unknown";
}

function inPlan(steps: readonly string[], app: string, other: string): Order {
  const [place, otherPlace] = [steps.indexOf(app), steps.indexOf(other)];
  if (place < 0 || otherPlace < 0) return "unknown";
  return place < otherPlace ? "before" : "after";
}
