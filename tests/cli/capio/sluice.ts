import { delay } from "@std/async";
import { fromFileUrl, join } from "@std/path";
import { stdConfigArgs } from "../../../tools/std_config.ts";

const root = fromFileUrl(new URL("../../../", import.meta.url));
const cli = join(root, "src/cli/mod.ts");
const config = (await stdConfigArgs())
  .map((arg) => arg.startsWith("-") ? arg : join(root, arg));

/** The flags of Deno with which steps of this checkout find their imports. */
export const denoFlags = config.length > 0 ? [config.join("=")] : [];

/** The option that passes these flags to all steps. */
export const configFlag = `--deno-flag=${config.join("=")}`;

/** The arguments of Deno that run the command line. */
export function sluiceArgs(...args: string[]): string[] {
  return ["run", "-A", "--quiet", "--no-check", ...config, cli, ...args];
}

/** No command of any test has reason to run longer, in ms. */
const PATIENCE_MILLISECONDS = 120_000;

/** How a command ended. */
export interface SluiceResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A running `sluice` command; the test that starts it awaits its `result`, which
 * fails when the command does not end. Its standard input stays open.
 */
export class Sluice implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #args: readonly string[];
  readonly #reading = new AbortController();
  readonly #read: Promise<unknown>;
  stdout = "";
  stderr = "";
  readonly result: Promise<SluiceResult>;

  constructor(...args: string[]) {
    this.#args = args;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: sluiceArgs(...args),
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#read = Promise.all([
      this.#collect("stdout"),
      this.#collect("stderr"),
    ]);
    this.result = this.#finish();
    // A test that fails before it looks at the result says why it failed.
    this.result.catch(() => {});
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Writes to its standard input. */
  async write(text: string): Promise<void> {
    const writer = this.#process.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    writer.releaseLock();
  }

  kill(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  /** Waits until standard output has what the pattern describes. */
  async printed(pattern: RegExp): Promise<RegExpMatchArray> {
    return await this.until(() => this.stdout.match(pattern), `${pattern}`);
  }

  /** Waits until `look` finds something; fails when the command ends before. */
  async until<T>(
    look: () => T | false | null,
    what = `${look}`,
  ): Promise<T> {
    for (;;) {
      const found = look();
      if (found !== false && found !== null) return found;
      const pause = delay(20).then(() => undefined);
      const ended = await Promise.race([this.result, pause]);
      if (ended && !look()) {
        throw new Error(`Ended without ${what}: ${JSON.stringify(ended)}`);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // It ends its steps, too. A shell's background jobs ignore SIGINT as long as
    // they have no listener for it.
    this.#killIfRunning("SIGTERM");
    await Promise.allSettled([this.result]);
  }

  #killIfRunning(signal: Deno.Signal): void {
    try {
      this.kill(signal);
    } catch {
      // It has ended.
    }
  }

  async #collect(stream: "stdout" | "stderr"): Promise<void> {
    const { signal } = this.#reading;
    const text = this.#process[stream]
      .pipeThrough(new TextDecoderStream(), { signal });
    for await (const chunk of text) this[stream] += chunk;
  }

  async #finish(): Promise<SluiceResult> {
    const timer = setTimeout(() => {
      this.#killIfRunning("SIGKILL");
      const { stdout, stderr } = this;
      const printed = JSON.stringify({ stdout, stderr });
      // A step that goes on without it may hold its pipes open.
      this.#reading.abort(
        new Error(
          `Expected "sluice ${
            this.#args.join(" ")
          }" to end, it has not and printed ${printed}`,
        ),
      );
    }, PATIENCE_MILLISECONDS);
    try {
      await this.#read;
    } finally {
      clearTimeout(timer);
    }
    const { code } = await this.#process.status;
    // Input that it did not read is of no interest.
    await this.#process.stdin.abort();
    return { code, stdout: this.stdout, stderr: this.stderr };
  }
}

/** Runs a command to its end. */
export async function sluice(...args: string[]): Promise<SluiceResult> {
  await using command = new Sluice(...args);
  return await command.result;
}

/** A step: the code of its script, and what else its plan says. */
export interface TestStep {
  readonly code: string;
  readonly denoFlags?: readonly string[];
}

/** A directory with a plan of a workflow and its scripts, gone with the test. */
export class TestPlan implements Disposable {
  readonly directory: string;

  constructor(
    steps: Readonly<Record<string, TestStep>>,
    capioCl?: Record<string, unknown>,
  ) {
    this.directory = Deno.realPathSync(Deno.makeTempDirSync());
    Deno.mkdirSync(this.data);
    const plan = {
      capioDir: "data",
      workflowName: "test",
      ...(capioCl && { capioCl: "cl.json" }),
      steps: Object.entries(steps).map(([name, { code, denoFlags = [] }]) => {
        this.write(`${name}.ts`, code);
        return { name, script: `${name}.ts`, args: ["data"], denoFlags };
      }),
    };
    this.write("plan.json", JSON.stringify(plan));
    if (capioCl) this.write("cl.json", JSON.stringify(capioCl));
  }

  get file(): string {
    return this.path("plan.json");
  }

  /** Where the steps exchange files. */
  get data(): string {
    return this.path("data");
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  write(name: string, text: string): void {
    Deno.writeTextFileSync(this.path(name), text);
  }

  /** The names in the directory where files are exchanged. */
  list(): string[] {
    return [...Deno.readDirSync(this.data)].map(({ name }) => name).sort();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.directory, { recursive: true });
  }
}

/** `writer` streams `a.txt` to `reader`. */
export const STREAMED = {
  name: "test",
  IO_Graph: [
    {
      name: "writer",
      output_stream: ["a.txt"],
      streaming: [{
        name: ["a.txt"],
        committed: "on_close",
        mode: "no_update",
      }],
    },
    { name: "reader", input_stream: ["a.txt"], output_stream: ["b.txt"] },
  ],
  permanent: ["*"],
};

/** Writes a half of `a.txt`, waits for a file `go` and writes the other one. */
export const WRITER = `
  using file = await Deno.open(Deno.args[0] + "/a.txt", { create: true, write: true });
  await file.write(new TextEncoder().encode("first half, "));
  console.log("half-way as process", Deno.pid);
  for (;;) {
    if (await Deno.stat("go").catch(() => undefined)) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await file.write(new TextEncoder().encode("second half"));
  console.error("done");`;

/** The permission with which the writer sees `go`. */
export const WRITER_FLAGS = ["--allow-read=go"];

/** Copies `a.txt` to `b.txt`. */
export const READER = `
  const text = await Deno.readTextFile(Deno.args[0] + "/a.txt");
  await Deno.writeTextFile(Deno.args[0] + "/b.txt", text);
  console.log("read", text.length, "characters");`;

/** Goes on for ever. */
export const ENDLESS = `
  console.log("running as process", Deno.pid);
  setInterval(() => {}, 1000);`;

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
