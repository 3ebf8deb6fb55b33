/**
 * The agent of a machine: it carries the journal and the bytes of a workflow
 * between the directories of several machines, over NATS JetStream. All but the
 * types is loaded when an agent runs.
 *
 * @module
 */
import type { RunAgentOptions } from "./agent_options.ts";

export type { RunAgentOptions } from "./agent_options.ts";

/**
 * Runs the agent of a machine, in this process, until the run has ended for all
 * machines. `startAgent` starts one as a process of its own, which is what a
 * program needs whose thread may be busy.
 *
 * @example Usage
 * ```ts no-eval
 * import { runAgent } from "@sluice/sluice/capio";
 *
 * const stop = new AbortController();
 * await runAgent({
 *   capioDir: "data",
 *   workflowName: "flights",
 *   machine: "north",
 *   server: { servers: "broker:4222" },
 *   ready: () => console.log("Steps can be started"),
 *   print: console.error,
 *   stop: stop.signal,
 *   signal: new AbortController().signal,
 * });
 * ```
 *
 * @param options Which run, and what is told of it.
 * @throws {CapioError} If the run cannot go on, or this machine was lost.
 */
export async function runAgent(options: RunAgentOptions): Promise<void> {
  const { run } = await import("./run.ts");
  await run(options);
}
