import { createHash } from "node:crypto";
import { delay } from "@std/async";
import {
  clusterWarning,
  connectNats,
  type NatsConnected,
  NatsError,
} from "../../nats/mod.ts";
import { documentOf, parseCapioCl } from "../cl/mod.ts";
import { CapioError, steadyClock, system } from "../platform/mod.ts";
import {
  AgentMember,
  forgetAgent,
  resolveMemoryDirectory,
  standBy,
  WorkflowFolder,
} from "../workflow/mod.ts";
import { Agent } from "./agent.ts";
import type { RunAgentOptions } from "./agent_options.ts";
import { chooseRun } from "./choose_run.ts";
import { refusedPermission, RunRecords } from "./server/mod.ts";

/** Pause between two attempts to connect, in ms. */
const PAUSE_MILLISECONDS = 250;

/** Runs the agent of a machine; see `runAgent`. */
export async function run(options: RunAgentOptions): Promise<void> {
  const { workflowName, machine, signal } = options;
  const capioDir = system.realPathSync(options.capioDir);
  const memoryDir = options.memoryDir === undefined
    ? undefined
    : resolveMemoryDirectory(options.memoryDir, capioDir);
  const folder = new WorkflowFolder(capioDir, workflowName, {
    memoryDir,
    shared: options.shared,
  });
  const digest = digestOf(options);
  const lock = await standBy(folder, {
    signal,
    delayed: () =>
      options.print(
        `Another agent of machine "${machine}" is at work here. This one takes over when that one ends`,
      ),
  });
  try {
    const connected = await connect(options);
    try {
      await runConnected(connected, folder, digest, options);
    } finally {
      await connected.connection.close();
    }
  } finally {
    forgetAgent(folder);
    lock[Symbol.dispose]();
  }
}

async function runConnected(
  connected: NatsConnected,
  folder: WorkflowFolder,
  digest: string | undefined,
  given: RunAgentOptions,
): Promise<void> {
  const signal = AbortSignal.any([given.signal, refusedPermission(connected)]);
  const options = { ...given, signal };
  const warning = clusterWarning(connected);
  if (warning !== undefined) options.print(warning);
  const records = new RunRecords(connected, options.workflowName, options);
  await records.open();
  const found = AgentMember.find(folder);
  const chosen = await chooseRun(connected, records, found, digest, options);
  await using agent = new Agent(connected, records, folder, chosen, options);
  await agent.run();
}

/** Connects to a server, which may be away for a while. */
async function connect(options: RunAgentOptions): Promise<NatsConnected> {
  const { server, signal, serverTimeoutSeconds = 60 } = options;
  const end = steadyClock() + serverTimeoutSeconds * 1000;
  for (;;) {
    try {
      return await connectNats(server, signal);
    } catch (error) {
      const isAway = error instanceof NatsError && error.code === "UNREACHABLE";
      if (!isAway || steadyClock() > end) throw error;
      await delay(PAUSE_MILLISECONDS, { signal });
    }
  }
}

function digestOf(
  { capioClConfigurationFile: path }: RunAgentOptions,
): string | undefined {
  if (path === undefined || path === "") return undefined;
  let text: string;
  try {
    text = system.readTextFileSync(path);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new CapioError(
      "INVALID_CONFIGURATION",
      `Cannot read the CAPIO-CL configuration "${path}": ${error.message}`,
      { cause: error },
    );
  }
  const document = documentOf(parseCapioCl(text, { source: `"${path}"` }));
  return createHash("sha256").update(document).digest("hex");
}
