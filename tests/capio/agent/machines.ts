import { delay } from "@std/async";
import { fromFileUrl } from "@std/path";
import { stdConfigArgs } from "../../../tools/std_config.ts";
import type { NatsServer } from "../../support/nats_server.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";
import { Step, type StepOptions, type StepResult } from "../step.ts";

const config = await stdConfigArgs();
const root = fromFileUrl(new URL("../../../", import.meta.url));

/** The variables that an agent may read. */
const VARIABLES = [
  "CAPIO_DIR",
  "CAPIO_WORKFLOW_NAME",
  "CAPIO_CL",
  "CAPIO_MACHINE",
  "CAPIO_MEMORY_DIR",
  "CAPIO_SHARED",
  "SLUICE_NATS_URL",
  "SLUICE_NATS_CREDENTIALS",
  "SLUICE_NATS_NKEY",
  "SLUICE_NATS_CA",
].join(",");

/** How long something may take until a journal says so, in ms. */
const JOURNAL_MILLISECONDS = 60_000;

/** How long an agent may run, in ms. */
const PATIENCE_MILLISECONDS = 600_000;

/** From where an agent reaches the server. */
export interface Place {
  /** The server as it is seen from there. */
  readonly address: string;
  /** A command that runs it there, with the command to run as last arguments. */
  readonly through?: readonly string[];
}

/** An agent as a process, with its directory, its server and nothing else. */
export class AgentProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly result: Promise<StepResult>;
  readonly #ready = Promise.withResolvers<void>();
  #stdout = "";
  #stderr = "";
  #hasEnded = false;
  /** Resolves when it prints more. */
  #printed = Promise.withResolvers<void>();

  constructor(
    dir: string,
    { address, through = [] }: Place,
    args: readonly string[],
  ) {
    const [program, ...rest] = [...through, Deno.execPath()];
    this.#process = new Deno.Command(program, {
      args: [
        ...rest,
        "run",
        "--quiet",
        "--no-prompt",
        ...config,
        `--allow-net=${address}`,
        `--allow-read=${[dir, ...configurations(args)].join(",")}`,
        `--allow-write=${dir}`,
        `--allow-env=${VARIABLES}`,
        `${root}src/cli/mod.ts`,
        "agent",
        `--capio-dir=${dir}`,
        ...args,
      ],
      env: { NO_COLOR: "1", SLUICE_NATS_URL: `nats://${address}` },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.result = this.#finish();
    this.result.catch(() => {});
    this.#ready.promise.catch(() => {});
  }

  /** Resolves once it is ready. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  kill(signal: Deno.Signal = "SIGKILL"): void {
    try {
      this.#process.kill(signal);
    } catch {
      // It has ended.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGCONT");
    this.kill();
    await this.result;
  }

  async #finish(): Promise<StepResult> {
    const timer = setTimeout(() => this.kill(), PATIENCE_MILLISECONDS);
    const [{ code, signal }] = await Promise.all([
      this.#process.status,
      this.#readErrors(),
      this.#read(),
    ]);
    clearTimeout(timer);
    const stderr = this.#stderr;
    this.#ready.reject(new Error(`The agent ended with ${code}: ${stderr}`));
    return { code, signal, stdout: this.#stdout, stderr };
  }

  /** Resolves once it has printed what an expression matches, or has ended. */
  async untilPrinted(expected: RegExp): Promise<void> {
    while (!expected.test(this.#stderr)) {
      await this.#printed.promise;
      if (this.#hasEnded) break;
    }
  }

  async #readErrors(): Promise<void> {
    const lines = this.#process.stderr.pipeThrough(new TextDecoderStream());
    for await (const text of lines) {
      this.#stderr += text;
      this.#printed.resolve();
      this.#printed = Promise.withResolvers();
    }
    this.#hasEnded = true;
    this.#printed.resolve();
  }

  async #read(): Promise<void> {
    const lines = this.#process.stdout.pipeThrough(new TextDecoderStream());
    for await (const text of lines) {
      this.#stdout += text;
      if (this.#stdout.includes("ready\n")) this.#ready.resolve();
    }
  }
}

/** The configurations that an agent has to read. */
function configurations(args: readonly string[]): string[] {
  const option = "--capio-cl=";
  return args.filter((it) => it.startsWith(option))
    .map((it) => it.slice(option.length));
}

/** A machine: a directory, and agents one after the other. */
export class TestMachine implements AsyncDisposable {
  readonly name: string;
  readonly dir: string;
  readonly #machines: Machines;
  readonly #agents: AgentProcess[] = [];

  constructor(machines: Machines, name: string, folder: string = name) {
    this.#machines = machines;
    this.name = name;
    this.dir = machines.path(folder);
    Deno.mkdirSync(this.dir);
  }

  /** The name of the workflow. */
  get workflow(): string {
    return this.#machines.workflow;
  }

  /** Starts an agent, and waits until it is ready. */
  async start(...args: readonly string[]): Promise<AgentProcess> {
    const agent = this.startSoon(...args);
    await agent.ready;
    return agent;
  }

  /** Starts an agent. */
  startSoon(...args: readonly string[]): AgentProcess {
    const { workflow, cl } = this.#machines;
    const place = this.#machines.placeOf(this.name);
    const agent = new AgentProcess(this.dir, place, [
      ...cl ? [`--capio-cl=${cl}`] : [],
      `--workflow-name=${workflow}`,
      `--machine=${this.name}`,
      // A busy machine is silent for long.
      "--lost-after-seconds=600",
      ...args,
    ]);
    this.#agents.push(agent);
    return agent;
  }

  /** The latest agent. */
  get agent(): AgentProcess {
    const agent = this.#agents.at(-1);
    if (!agent) throw new Error(`Machine ${this.name} has no agent`);
    return agent;
  }

  /** Starts a step. Its first argument is the directory. */
  step(options: Omit<StepOptions, "capioDir" | "workflow">): Step {
    const { workflow, cl } = this.#machines;
    const args = [this.dir, ...options.args ?? []];
    return new Step({
      cl,
      machine: this.name,
      ...options,
      args,
      capioDir: this.dir,
      workflow,
    });
  }

  /** Returns the names of what is in its directory. */
  entries(): string[] {
    return [...Deno.readDirSync(this.dir)].map(({ name }) => name).sort();
  }

  /** Waits until a text stands in the journal of its run. */
  async untilJournalSays(text: string): Promise<void> {
    const path = `${this.dir}/.capio/${this.#machines.workflow}/journal`;
    const end = performance.now() + JOURNAL_MILLISECONDS;
    while (!Deno.readTextFileSync(path).includes(text)) {
      if (performance.now() > end) {
        throw new Error(`The journal of "${this.name}" never says ${text}`);
      }
      await delay(10);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const agent of this.#agents) await agent[Symbol.asyncDispose]();
  }
}

/** Machines that share a server and nothing else, for one workflow. */
export class Machines implements AsyncDisposable {
  readonly server: NatsServer;
  readonly workflow: string = `w-${crypto.randomUUID().slice(0, 8)}`;
  readonly cl: string | undefined;
  readonly #directory = new TemporaryDirectory();
  readonly #machines: TestMachine[] = [];

  /** Where machines are that are not at the server itself, by their names. */
  readonly #places: Readonly<Record<string, Place>>;

  /** @param cl A CAPIO-CL configuration. */
  constructor(
    server: NatsServer,
    cl?: object,
    places: Readonly<Record<string, Place>> = {},
  ) {
    this.server = server;
    this.#places = places;
    if (!cl) return;
    this.cl = this.path("capio-cl.json");
    Deno.writeTextFileSync(
      this.cl,
      JSON.stringify({ name: this.workflow, ...cl }),
    );
  }

  /** Starts the agents of machines with these names. */
  start(...names: readonly string[]): Promise<TestMachine[]> {
    return this.startWith([], ...names);
  }

  /** The same with arguments for the agents. */
  async startWith(
    args: readonly string[],
    ...names: readonly string[]
  ): Promise<TestMachine[]> {
    const machines = names.map((name) => new TestMachine(this, name));
    this.#machines.push(...machines);
    for (const machine of machines) await machine.start(...args);
    return machines;
  }

  /** From where the agent of a machine reaches the server. */
  placeOf(name: string): Place {
    return this.#places[name] ?? this.server;
  }

  /** The machines in the order in which they were started. */
  get all(): readonly TestMachine[] {
    return this.#machines;
  }

  /** A path beside the directories of the machines. */
  path(name: string): string {
    return `${this.#directory.path}/${name}`;
  }

  /** Tells the agents that all steps have ended, and returns their exit codes. */
  async stop(): Promise<number[]> {
    for (const { agent } of this.#machines) agent.kill("SIGTERM");
    const results = await Promise.all(
      this.#machines.map(({ agent }) => agent.result),
    );
    return results.map(({ code }) => code);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const machine of this.#machines) await machine[Symbol.asyncDispose]();
    this.#directory[Symbol.dispose]();
  }
}
