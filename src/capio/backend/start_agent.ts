import type { RunningAgent, StartAgentOptions } from "./backend_options.ts";

/**
 * Starts the agent of this machine, `sluice agent`, as a process, and starts it
 * again when it dies. It needs `--allow-run`.
 *
 * @example Usage
 * ```ts no-eval
 * import { startAgent } from "@sluice/sluice/capio";
 *
 * await using agent = await startAgent({
 *   capioDir: "data",
 *   workflowName: "flights",
 *   machine: "north",
 *   server: { servers: "broker:4222" },
 * });
 * ```
 *
 * @returns The agent, once steps can be started.
 * @throws {CapioError} If the agent ends before that; the message is its own.
 */
export async function startAgent(
  options: StartAgentOptions,
): Promise<RunningAgent> {
  const { AgentProcess } = await import("./agent_process.ts");
  return await AgentProcess.start(options);
}
