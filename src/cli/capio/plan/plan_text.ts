import { parseWorkflowPlan } from "../../../capio/mod.ts";

/**
 * Adds the name of a configuration to the text of a plan, which stays as it is
 * otherwise. Returns `undefined` if that cannot be done.
 */
export function nameConfiguration(
  plan: string,
  name: string,
): string | undefined {
  const [head, space] = /^\s*\{(\s*)/.exec(plan) ?? [];
  if (head === undefined || space === undefined) return undefined;
  const member = `${space}"capioCl": ${JSON.stringify(name)},`;
  const brace = head.length - space.length;
  const text = plan.slice(0, brace) + member + plan.slice(brace);
  try {
    return parseWorkflowPlan(text).capioCl === name ? text : undefined;
  } catch {
    return undefined;
  }
}
