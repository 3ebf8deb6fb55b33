import type { AgentRun, RunningAgent } from "../../../capio/mod.ts";
import type { MachineArguments } from "../arguments/mod.ts";

/** Time after which a wait for other machines is told, in ms. */
const TOLD_MILLISECONDS = 2000;

/** What starts the agent of a machine. */
export interface MachineAgentOptions extends AgentRun {
  readonly here: MachineArguments;
  /** The flags for Deno of the steps. */
  readonly denoFlags: readonly string[];
  /** The directory in which the steps run. */
  readonly cwd?: string;
  /** Gets each line that the agent prints. */
  readonly print: (line: string) => void;
}

/** Starts the agent of a machine. When `signal` aborts before, it ends at once. */
export async function startMachineAgent(
  { here, denoFlags, ...options }: MachineAgentOptions,
  signal: AbortSignal,
): Promise<RunningAgent> {
  const { startAgent } = await import("../../../capio/mod.ts");
  // Later the steps end first.
  const starting = new AbortController();
  const abort = () => starting.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await startAgent({
      ...here,
      ...options,
      denoFlags: denoFlags.filter(isForModules),
      signal: starting.signal,
    });
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/**
 * Tells the agent that the steps of this machine have ended, and waits until it
 * has. When `signal` aborts the agent ends at once.
 */
export async function stopMachineAgent(
  agent: RunningAgent,
  { machine }: MachineArguments,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const interrupt = () => void agent.interrupt();
  if (signal.aborted) interrupt();
  signal.addEventListener("abort", interrupt, { once: true });
  const timer = setTimeout(
    () =>
      print(`Machine "${machine}" waits until others need none of its files`),
    TOLD_MILLISECONDS,
  );
  try {
    await agent.stop();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", interrupt);
  }
}

/** The agent imports what the steps import, from the same places. */
function isForModules(flag: string): boolean {
  return /^(-c|--(no-)?(config|import-map|lock|frozen|cached-only|remote|npm|node-modules-dir|vendor))(=|$)/
    .test(flag);
}
