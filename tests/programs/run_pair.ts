import { delay } from "@std/async";
import { resolve } from "@std/path";
import { CapioWorkspace, stepCommand } from "@sluice/sluice/capio";
import { warningLines } from "../../src/cli/capio/status/status_lines.ts";
import { stdConfigArgs } from "../../tools/std_config.ts";
import { describeWorkflow, TestDirectory } from "../capio/step.ts";
import type { Pair, StreamingRule } from "./pair.ts";
import { readTree, type Tree } from "./tree.ts";

/** The two programs of a pair. */
type Role = "producer" | "consumer";

/** How a program ended. */
export interface ProgramResult {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How both programs of a pair ended, and what they left. */
export interface PairResult {
  readonly producer: ProgramResult;
  readonly consumer: ProgramResult;
  /** What `sluice workflow` and `sluice status` would tell of early reads. */
  readonly told: readonly string[];
  readonly tree: Tree;
}

/** No program has reason to run longer, in ms. */
const PATIENCE_MILLISECONDS = 60_000;

/** A consumer that has waited for the same as long as that has seen the rest, in ms. */
const SETTLED_MILLISECONDS = 200;

/** A consumer that neither waits nor ends by then reads no further, in ms. */
const HALFWAY_MILLISECONDS = 5_000;

const [flag, configuration] = await stdConfigArgs();
const denoFlags = [flag, resolve(configuration), "--quiet", "-A"];

/** Runs the producer and then the consumer on plain files, without sluice. */
export async function runOneAfterTheOther(pair: Pair): Promise<PairResult> {
  using directory = new TestDirectory();
  const run = (role: Role) => {
    const args = ["run", ...denoFlags, pair[role]];
    const program = startProgram(directory.path, args);
    program.goOn();
    return program.result;
  };
  const producer = await run("producer");
  const consumer = await run("consumer");
  const tree = readTree(directory.path, pair);
  return { producer, consumer, told: [], tree };
}

/** Runs both at the same time as steps of a workflow. */
export async function runAtOnce(
  pair: Pair,
  mode: "no_update" | "update",
): Promise<PairResult> {
  using directory = new TestDirectory();
  const capioDir = directory.path;
  const cl = `${capioDir}.json`;
  Deno.writeTextFileSync(cl, JSON.stringify(configurationOf(pair, mode)));
  const start = (role: Role) => {
    const { args, env } = stepCommand({
      capioDir,
      appName: role,
      capioClConfigurationFile: cl,
      denoFlags,
      script: pair[role],
    });
    return startProgram(capioDir, args, env);
  };
  // As `sluice workflow` does, so that the status is there after both have left.
  const workspace = new CapioWorkspace({
    capioDir,
    appName: "test",
    capioClConfigurationFile: cl,
  });
  const running = [start("consumer"), start("producer")] as const;
  try {
    const [consumer, producer] = running;
    await haveRead(workspace, consumer);
    producer.goOn();
    const results = await Promise.all([producer.result, consumer.result]);
    const told = warningLines(workspace.status());
    workspace.leave(false);
    const tree = readTree(capioDir, pair);
    return { producer: results[0], consumer: results[1], told, tree };
  } finally {
    await Promise.allSettled(running.map(({ result }) => result));
    workspace.leave(false);
  }
}

/**
 * The producer writes `made/`, the consumer reads it and writes `result/`; each
 * file is committed at its first close, unless the pair knows better.
 */
function configurationOf(
  { streaming = [], writers = ["producer"] }: Pair,
  mode: "no_update" | "update",
): unknown {
  const isForAll = ({ name }: StreamingRule) => name?.includes("made/*");
  const rest = { name: ["made/*"], committed: "on_close" };
  const rules = [...streaming, ...streaming.some(isForAll) ? [] : [rest]]
    .map((rule) => ({ mode, ...rule }));
  const made = (role: Role) => writers.includes(role) ? ["made/*"] : [];
  return {
    name: "programs",
    IO_Graph: [
      {
        name: "producer",
        output_stream: made("producer"),
        streaming: rules,
      },
      {
        name: "consumer",
        input_stream: ["made/*"],
        output_stream: [...made("consumer"), "result/*"],
        streaming: [{ name: ["result/*"], committed: "on_close", mode }],
      },
    ],
    permanent: ["*"],
  };
}

/**
 * Waits until the consumer has read what there is: it waits, and has done so
 * for a while, or it has ended.
 */
async function haveRead(
  workspace: CapioWorkspace,
  consumer: Program,
): Promise<void> {
  const deadline = performance.now() + HALFWAY_MILLISECONDS;
  let [before, since] = ["", performance.now()];
  while (!consumer.isOver && performance.now() < deadline) {
    await delay(20);
    const { files, waits } = workspace.status();
    const waiting = waits.filter(({ app }) => app === "consumer");
    const now = JSON.stringify([waiting, files.map(({ path }) => path)]);
    if (waiting.length === 0 || files.length === 0 || now !== before) {
      [before, since] = [now, performance.now()];
    } else if (performance.now() - since > SETTLED_MILLISECONDS) return;
  }
}

interface Program {
  readonly result: Promise<ProgramResult>;
  readonly isOver: boolean;
  /** Ends the pause of {@linkcode halfway}. */
  goOn(): void;
}

function startProgram(
  directory: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Program {
  const process = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: directory,
    env: { ...env, NO_COLOR: "1", TZ: "UTC" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const result = finish(process, directory);
  let isOver = false;
  const goOn = () => void process.stdin.close().catch(() => {});
  // A test that fails before it looks at the result says why it failed.
  result.catch(() => {}).finally(() => {
    isOver = true;
    goOn();
  });
  return {
    result,
    goOn,
    get isOver() {
      return isOver;
    },
  };
}

async function finish(
  process: Deno.ChildProcess,
  directory: string,
): Promise<ProgramResult> {
  let state: string | undefined;
  const timer = setTimeout(() => {
    state = describeWorkflow(directory);
    process.kill("SIGKILL");
  }, PATIENCE_MILLISECONDS);
  const { code, signal, stdout, stderr } = await process.output();
  clearTimeout(timer);
  const decode = (bytes: Uint8Array) =>
    new TextDecoder().decode(bytes).replaceAll(directory, "DIR");
  const printed = { stdout: decode(stdout), stderr: decode(stderr) };
  if (state === undefined) return { code, signal, ...printed };
  throw new Error(
    `The program did not come to its end; it printed ${
      JSON.stringify(printed)
    }, and the workflow is ${state}`,
  );
}
