import { delay } from "@std/async";
import {
  checkBoolean,
  checkNonEmptyString,
  checkNonNegative,
  checkOneOf,
  hostMachineName,
  isMachineName,
  MACHINE_NAME,
  outOfRange,
  refused,
} from "../../internal/mod.ts";
import { system } from "../platform/mod.ts";
import { AgentProcess } from "./agent_process.ts";
import type {
  AgentRun,
  JetStreamBackend,
  StartedBackend,
} from "./backend_options.ts";
import { answers, localAddress, LocalServer } from "./local_server.ts";
import { SharedUses } from "./shared_uses.ts";

/** How often it is seen to that a server answers, in ms. */
const LOOK_MILLISECONDS = 500;

const DEFAULT_TIMEOUT_SECONDS = 60;

/** An agent and the server that was started for it. */
interface Made {
  readonly agent: AgentProcess;
  readonly server: LocalServer | undefined;
}

const made = new SharedUses<Made>();

/** Returns the backend of a context, started if no other context has it. */
export async function acquireBackend(
  backend: JetStreamBackend,
  run: AgentRun,
  signal?: AbortSignal,
): Promise<StartedBackend> {
  const machine = checkBackend(backend);
  const directory = system.realPathSync(run.capioDir);
  const key = JSON.stringify([directory, run.workflowName, machine]);
  await made.acquire(key, () => make(backend, run, machine, signal));
  let release: Promise<void> | undefined;
  return {
    machine,
    release: () =>
      release ??= made.release(key, async ({ agent, server }) => {
        const interrupt = () => void agent.interrupt();
        if (signal?.aborted) interrupt();
        signal?.addEventListener("abort", interrupt);
        try {
          await agent.stop();
        } finally {
          signal?.removeEventListener("abort", interrupt);
          await server?.release();
        }
      }),
  };
}

async function make(
  backend: JetStreamBackend,
  run: AgentRun,
  machine: string,
  signal: AbortSignal | undefined,
): Promise<Made> {
  const { awaitServerTimeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = backend;
  const print = (line: string) => console.error(`sluice: ${line}`);
  const address = localAddress(backend);
  let server: LocalServer | undefined;
  const ensure = async () => {
    if (!address || server || await answers(address)) return;
    server = await LocalServer.start(address, {
      server: backend,
      execPath: backend.serverExecPath ?? "nats-server",
      timeoutSeconds: awaitServerTimeoutSeconds,
      teardown: backend.teardownServer ?? true,
      print,
      signal,
    });
  };
  const starting = new AbortController();
  // Later it is no business of the other contexts that share the agent.
  const abort = () => starting.abort(signal?.reason);
  signal?.addEventListener("abort", abort);
  try {
    signal?.throwIfAborted();
    await ensure();
    const start = AgentProcess.start({
      ...run,
      machine,
      server: backend,
      serverTimeoutSeconds: awaitServerTimeoutSeconds,
      denoFlags: backend.denoFlags,
      print,
      signal: starting.signal,
    });
    const agent = await whileEnsuring(start, ensure);
    return { agent, server };
  } catch (error) {
    starting.abort();
    await server?.release();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** Meanwhile the program that had started the server may stop it. */
async function whileEnsuring<T>(
  start: Promise<T>,
  ensure: () => Promise<void>,
): Promise<T> {
  const over = new AbortController();
  const ensuring = (async () => {
    while (!over.signal.aborted) {
      await delay(LOOK_MILLISECONDS, { signal: over.signal }).catch(() => {});
      if (!over.signal.aborted) await ensure();
    }
  })();
  try {
    return await Promise.race([start, ensuring.then(() => start)]);
  } finally {
    over.abort();
    await ensuring.catch(() => {});
  }
}

/** Checks the options, and returns the name of the machine. */
function checkBackend(backend: JetStreamBackend): string {
  const { type, machine, serverExecPath, awaitServerTimeoutSeconds } = backend;
  checkOneOf("backend.type", type, ["jetstream"]);
  if (serverExecPath !== undefined) {
    checkNonEmptyString("backend.serverExecPath", serverExecPath);
  }
  if (awaitServerTimeoutSeconds !== undefined) {
    checkNonNegative(
      "backend.awaitServerTimeoutSeconds",
      awaitServerTimeoutSeconds,
    );
  }
  if (backend.teardownServer !== undefined) {
    checkBoolean("backend.teardownServer", backend.teardownServer);
  }
  const name = machine ?? ownName();
  checkNonEmptyString("backend.machine", name);
  if (isMachineName(name)) return name;
  throw outOfRange("backend.machine", `a name of ${MACHINE_NAME}`, name);
}

function ownName(): string | undefined {
  const permission = { name: "sys", kind: "hostname" } as const;
  if (Deno.permissions.querySync(permission).state === "granted") {
    return hostMachineName();
  }
  throw refused(
    "backend.machine",
    "the name of this machine, or --allow-sys=hostname be given",
    undefined,
  );
}
