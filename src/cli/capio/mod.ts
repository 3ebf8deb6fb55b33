/**
 * The commands that run and watch workflows. Each is loaded when it is used:
 * `sluice run` is to start its step at once.
 *
 * @module
 */
import type { CommandEntry } from "../command/mod.ts";

/** `sluice run`: an unmodified script as a step of a workflow. */
export const run: CommandEntry = {
  name: "run",
  load: async () => (await import("./run.ts")).run,
};

/** `sluice workflow`: all steps of a workflow at the same time. */
export const workflow: CommandEntry = {
  name: "workflow",
  load: async () => (await import("./workflow.ts")).workflow,
};

/** `sluice learn`: a configuration from a run of the steps in their order. */
export const learn: CommandEntry = {
  name: "learn",
  load: async () => (await import("./learn.ts")).learn,
};

/** `sluice status`: the state of a workflow. */
export const status: CommandEntry = {
  name: "status",
  load: async () => (await import("./status.ts")).status,
};

/** `sluice recover`: runs that were set aside. */
export const recover: CommandEntry = {
  name: "recover",
  load: async () => (await import("./recover.ts")).recover,
};

/** `sluice exec`: any program as a step of a workflow. */
export const exec: CommandEntry = {
  name: "exec",
  load: async () => (await import("./exec.ts")).exec,
};

/** `sluice cat`: the bytes of a file of a workflow. */
export const cat: CommandEntry = {
  name: "cat",
  load: async () => (await import("./cat.ts")).cat,
};

/** `sluice agent`: lets a machine take part in a workflow on several ones. */
export const agent: CommandEntry = {
  name: "agent",
  load: async () => (await import("./agent.ts")).agent,
};
