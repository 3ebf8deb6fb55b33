/**
 * Parts of commands that run a program as a step.
 *
 * @module
 */
export * from "./child.ts";
export * from "./file_system_warning.ts";
export * from "./leaving.ts";
export * from "./machine_agent.ts";
export * from "./step_start.ts";
