import { AsyncLocalStorage } from "node:async_hooks";
import type { CapioClRule } from "../cl/mod.ts";
import { activeWorkspaces } from "../interpose/mod.ts";
import { callsOfOtherCopy } from "./copies.ts";

const rules = new AsyncLocalStorage<readonly CapioClRule[]>();

/**
 * A decorator that states a CAPIO-CL rule for the calls of a function or
 * method: in the contexts that it runs in, and in those that it enters.
 *
 * Once stated, a rule holds for every process of the workflow until the
 * workflow ends. It is the `CapioCLRule` of PyCAPIO, where it has no effect.
 *
 * @example Usage
 * ```ts no-eval
 * import { capioClRule, CapioContext } from "@sluice/sluice/capio";
 *
 * const read = capioClRule({ path: "*.csv", fire: "no_update" })(
 *   CapioContext({ capioDir: "data" })(
 *     (path: string) => Deno.readTextFile(path),
 *   ),
 * );
 * ```
 *
 * @throws {CapioError} If the rule contradicts another one of the workflow.
 */
export function capioClRule(
  rule: CapioClRule,
): <This, Args extends unknown[], T>(
  fn: (this: This, ...args: Args) => T,
  context?: ClassMethodDecoratorContext,
) => (this: This, ...args: Args) => T {
  const other = callsOfOtherCopy<{ capioClRule: typeof capioClRule }>();
  if (other) return other.capioClRule(rule);
  return (fn) =>
    function (...args) {
      for (const { workflow } of activeWorkspaces()) workflow.addRule(rule);
      return rules.run([...statedRules(), rule], () => fn.apply(this, args));
    };
}

/** Returns the rules stated for contexts that are entered here. */
export function statedRules(): readonly CapioClRule[] {
  return rules.getStore() ?? [];
}
