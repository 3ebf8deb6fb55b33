/**
 * The agent of a machine: it carries the journal and the bytes of a workflow
 * between the directories of several machines, over NATS JetStream. All but the
 * types is loaded when an agent runs.
 *
 * @module
 */
import type { AgentOptions } from "./agent_options.ts";

export type { AgentOptions } from "./agent_options.ts";

/**
 * Runs the agent of a machine until the run has ended for all machines.
 *
 * @throws {CapioError} If the run cannot go on, or this machine was lost.
 */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { run } = await import("./run.ts");
  await run(options);
}
