import type { AgentRun, JetStreamBackend } from "./backend_options.ts";

/** What a context has of its backend. */
export interface StartedBackend {
  /** The name of this machine. */
  readonly machine: string;
  /**
   * Ends the use: the last one in this program stops the agent and, if it may,
   * the server.
   */
  release(): Promise<void>;
}

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
