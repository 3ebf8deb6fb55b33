import {
  environmentVariable,
  HelpRequest,
  isHelpRequest,
  UsageError,
} from "../../command/mod.ts";
import { assertDenoFlag, checkDenoFlags } from "./deno_flags.ts";
import type { MachineValues } from "./machine_arguments.ts";

/** The arguments of `sluice run`. */
export interface StepArguments {
  capioDir: string;
  appName?: string;
  workflowName?: string;
  capioClConfigurationFile?: string;
  memoryDir?: string;
  machine?: string;
  /** The options of the agent that is started for this step, if one is wanted. */
  agent?: MachineValues;
  partialReads?: boolean;
  /** Whether the step tells none of its long waits; by default it tells them all. */
  silent: boolean;
  /** Set when the workflow is shared with the group of its directory. */
  shared?: "group";
  denoFlags: string[];
  script: string;
  args: string[];
}

const OPTIONS = {
  "--capio-dir": ["capioDir", "CAPIO_DIR"],
  "--app-name": ["appName", "CAPIO_APP_NAME"],
  "--workflow-name": ["workflowName", "CAPIO_WORKFLOW_NAME"],
  "--capio-cl": ["capioClConfigurationFile", "CAPIO_CL"],
  "--memory-dir": ["memoryDir", "CAPIO_MEMORY_DIR"],
  "--machine": ["machine", "CAPIO_MACHINE"],
} as const;

/** The options of an agent, which have a value. */
const AGENT_OPTIONS = {
  "--nats": "nats",
  "--credentials": "credentials",
  "--nkey": "nkey",
  "--ca": "ca",
  "--carry": "carry",
  "--server-timeout-seconds": "server-timeout-seconds",
  "--lost-after-seconds": "lost-after-seconds",
} as const satisfies Record<string, keyof MachineValues>;

/** All options of `sluice run`, without dashes. */
const NAMES = [
  ...Object.keys(OPTIONS).map((name) => name.slice(2)),
  ...Object.values(AGENT_OPTIONS),
  "anew",
  "partial-reads",
  "silent",
  "shared",
  "deno-flag",
  "help",
];

/**
 * Splits the arguments at the script: those before it are for sluice or for
 * Deno, those after it for the script.
 */
export function parseStep(args: readonly string[]): StepArguments {
  const step: StepArguments = {
    capioDir: ".",
    silent: isSilentByEnvironment(),
    denoFlags: [],
    script: "",
    args: [],
  };
  for (const [property, variable] of Object.values(OPTIONS)) {
    const value = environmentVariable(variable);
    if (value) step[property] = value;
  }
  const rest = [...args];
  for (let word; (word = rest.shift()) !== undefined;) {
    if (word === "--") return withScript(step, rest);
    // Deno would take "-" for standard input, with the script as an argument.
    if (!word.startsWith("-") || word === "-") {
      return withScript(step, [word, ...rest]);
    }
    if (isHelpRequest(word)) throw new HelpRequest();
    if (word === "--partial-reads") {
      step.partialReads = true;
      continue;
    }
    if (word === "--silent") {
      step.silent = true;
      continue;
    }
    if (word === "--shared") {
      step.shared = "group";
      continue;
    }
    if (word === "--anew") {
      step.agent = { ...step.agent, anew: true };
      continue;
    }
    const [name, ...value] = word.split("=");
    if (name === "--deno-flag") {
      const flag = value.length > 0 ? value.join("=") : rest.shift() ?? "";
      checkDenoFlags([flag]);
      step.denoFlags.push(flag);
      continue;
    }
    if (!isOption(name) && !isAgentOption(name)) {
      assertDenoFlag(word, NAMES);
      step.denoFlags.push(word);
      continue;
    }
    // A word that looks like an option is one: as a value it stands after "=".
    const next = rest[0]?.startsWith("-") ? undefined : rest[0];
    const given = value.length > 0 ? value.join("=") : next && rest.shift();
    if (!given) throw new UsageError(`Option "${name}" needs a value`);
    if (isOption(name)) step[OPTIONS[name][0]] = given;
    else step.agent = { ...step.agent, [AGENT_OPTIONS[name]]: given };
  }
  return withScript(step, []);
}

/** Returns whether the environment asks for no report of long waits. */
export function isSilentByEnvironment(): boolean {
  return environmentVariable("CAPIO_SILENT") === "1";
}

function withScript(
  step: StepArguments,
  [script, ...args]: string[],
): StepArguments {
  if (!script) throw new UsageError("SCRIPT is missing");
  return { ...step, script, args };
}

function isOption(name: string): name is keyof typeof OPTIONS {
  return name in OPTIONS;
}

function isAgentOption(name: string): name is keyof typeof AGENT_OPTIONS {
  return name in AGENT_OPTIONS;
}
