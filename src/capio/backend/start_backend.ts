import type {
  AgentRun,
  JetStreamBackend,
  StartedBackend,
} from "./backend_options.ts";

/**
 * Starts the agent of this machine, and the server if it may and none answers.
 * Contexts of one program share both.
 */
export async function startBackend(
  backend: JetStreamBackend,
  run: AgentRun,
  signal?: AbortSignal,
): Promise<StartedBackend> {
  const { acquireBackend } = await import("./backend.ts");
  return await acquireBackend(backend, run, signal);
}
