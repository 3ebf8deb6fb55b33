/**
 * How the steps of a workflow are started: the plan that names them, and the
 * command with which Deno runs an unmodified script as one of them.
 *
 * @module
 */
export * from "./plain_program.ts";
export * from "./step_command.ts";
export * from "./workflow_plan.ts";
