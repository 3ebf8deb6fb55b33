/**
 * How a program takes part in a workflow: contexts around its functions, rules
 * stated in code, and the same calls without interposition.
 *
 * The preload is not behind this door: it is the entry of a program that is to
 * load nothing more than it needs.
 *
 * @module
 */
import { provideBackends } from "./backends.ts";
import { startOver } from "./start_over.ts";

provideBackends(startOver);

export * from "./capio_path.ts";
export * from "./capio_workspace.ts";
export * from "./context.ts";
export type { CapioOptions } from "./options.ts";
export { capioClRule } from "./rule_scope.ts";
