/**
 * The steps of a plan: read from its file, run at once or in order, learned from,
 * verified, and told of.
 *
 * @module
 */
export * from "./learned_lines.ts";
export * from "./plan_file.ts";
export * from "./plan_in_order.ts";
export * from "./plan_learn.ts";
export { assertMachineOf } from "./plan_machines.ts";
export * from "./plan_run.ts";
export * from "./plan_step.ts";
export * from "./plan_text.ts";
export * from "./plan_verify.ts";
