import { existsSync } from "node:fs";
import { delay } from "@std/async";
import { fromFileUrl, join } from "@std/path";
import { stepCommand, workflowStatus } from "@sluice/sluice/capio";
import type { WorkflowStatus } from "@sluice/sluice/capio";
import { stdConfigArgs } from "../../tools/std_config.ts";

const config = await stdConfigArgs();
/** As it is outside every context: a test may look from inside of one. */
const { readDirSync } = Deno;

/** A step of a workflow, as a user would start it. */
export interface StepOptions {
  readonly capioDir: string;
  /** The script: ordinary code that knows nothing of sluice. */
  readonly code: string;
  readonly app?: string;
  readonly workflow?: string;
  readonly cl?: string;
  readonly memoryDir?: string;
  readonly machine?: string;
  readonly openTimeoutSeconds?: number;
  readonly partialReads?: boolean;
  readonly silent?: boolean;
  readonly args?: readonly string[];
  /** A command that runs it, with the command to run as its last arguments. */
  readonly through?: readonly string[];
  /** Flags of `deno run`: permissions besides those for the directory alone. */
  readonly flags?: readonly string[];
  /** How long it may run, in ms; a minute by default. */
  readonly patience?: number;
}

/** Hardly a step of any test has reason to run longer, in ms. */
const PATIENCE_MILLISECONDS = 60_000;

/** How a step ended. */
export interface StepResult {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running step; the test that starts it awaits its `result`. */
export class Step implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #script: string;
  readonly #options: StepOptions;
  readonly result: Promise<StepResult>;

  constructor(options: StepOptions) {
    const { capioDir, code, app = "app", workflow, cl, args = [] } = options;
    this.#options = options;
    this.#script = Deno.makeTempFileSync({ suffix: ".ts" });
    Deno.writeTextFileSync(this.#script, code);
    // The command may run it as another user.
    if (options.through) Deno.chmodSync(this.#script, 0o644);
    const command = stepCommand({
      capioDir,
      appName: app,
      workflowName: workflow,
      capioClConfigurationFile: cl,
      memoryDir: options.memoryDir,
      machine: options.machine,
      openTimeoutSeconds: options.openTimeoutSeconds,
      partialReads: options.partialReads,
      silent: options.silent,
      denoFlags: [...config, "--quiet", "--no-prompt", ...options.flags ?? []],
      script: this.#script,
      args,
    });
    const [program, ...rest] = [...options.through ?? [], Deno.execPath()];
    this.#process = new Deno.Command(program, {
      args: [...rest, ...command.args],
      cwd: fromFileUrl(new URL("../../", import.meta.url)),
      env: { ...command.env, NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.result = this.#finish();
    // A test that fails before it looks at the result says why it failed.
    this.result.catch(() => {});
  }

  kill(signal: Deno.Signal = "SIGKILL"): void {
    this.#process.kill(signal);
  }

  killIfRunning(signal?: Deno.Signal): void {
    try {
      this.kill(signal);
    } catch {
      // It has ended by itself.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.killIfRunning();
    await Promise.allSettled([this.result]);
  }

  async #finish(): Promise<StepResult> {
    let state: string | undefined;
    const timer = setTimeout(() => {
      const { capioDir, workflow } = this.#options;
      state = describeWorkflow(capioDir, workflow);
      this.kill();
    }, this.#options.patience ?? PATIENCE_MILLISECONDS);
    const { code, signal, stdout, stderr } = await this.#process.output();
    clearTimeout(timer);
    await Deno.remove(this.#script);
    if (state !== undefined) {
      const { app = "app" } = this.#options;
      throw new Error(`The step "${app}" did not come to its end: ${state}`);
    }
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, signal, stdout: decode(stdout), stderr: decode(stderr) };
  }
}

/** No workflow takes longer to become as a test expects it, in ms. */
const STATE_PATIENCE_MILLISECONDS = 30_000;

/**
 * Waits until a workflow is as `isSo` expects it, and fails after half a minute
 * with what was expected and what was seen last.
 */
export async function eventually(
  capioDir: string,
  isSo: (status: WorkflowStatus | undefined) => boolean,
  workflow?: string,
): Promise<void> {
  const end = performance.now() + STATE_PATIENCE_MILLISECONDS;
  for (;;) {
    const status = workflowStatus(capioDir, { workflowName: workflow });
    if (isSo(status)) return;
    if (performance.now() > end) {
      const seen = JSON.stringify(status, null, 2);
      throw new Error(`Expected the workflow to become ${isSo}, found ${seen}`);
    }
    await delay(10);
  }
}

/** Waits until so many bytes are written and a reader waits for more. */
export function untilReaderWaits(
  capioDir: string,
  size: number,
): Promise<void> {
  return eventually(capioDir, (status) => {
    if (status?.files[0]?.size !== size) return false;
    return status.waits.some(({ why }) => why.includes("closed it"));
  });
}

/** Describes a workflow, for the report of a failed test. */
export function describeWorkflow(capioDir: string, workflow?: string): string {
  return JSON.stringify(
    workflowStatus(capioDir, { workflowName: workflow }),
    null,
    2,
  );
}

/** A directory for one test, gone with it. */
export class TestDirectory implements Disposable {
  readonly path: string;

  constructor(parent?: string) {
    this.path = Deno.realPathSync(Deno.makeTempDirSync({ dir: parent }));
  }

  /** A CAPIO-CL file beside nothing that the test looks at. */
  writeCl(
    streams: Record<string, ClApp>,
    permanent: readonly string[] = ["*"],
    memory: readonly string[] = [],
  ): string {
    const path = `${this.path}.json`;
    const graph = Object.entries(streams).map(([name, app]) => ({
      name,
      input_stream: app.reads ?? [],
      output_stream: app.writes ?? [],
      streaming: app.streaming ?? [],
    }));
    const storage = { memory };
    const document = { name: "test", IO_Graph: graph, permanent, storage };
    Deno.writeTextFileSync(path, JSON.stringify(document));
    return path;
  }

  /** Everything in it, relative, sorted. */
  list(directory = this.path): string[] {
    return [...readDirSync(directory)].flatMap((entry) => {
      const path = join(directory, entry.name);
      const name = path.slice(this.path.length + 1);
      return entry.isDirectory ? [name, ...this.list(path)] : [name];
    }).sort();
  }

  [Symbol.dispose](): void {
    for (const path of [this.path, `${this.path}.json`]) {
      if (existsSync(path)) Deno.removeSync(path, { recursive: true });
    }
  }
}

/** An app of a CAPIO-CL configuration. */
export interface ClApp {
  readonly reads?: string[];
  readonly writes?: string[];
  readonly streaming?: unknown[];
}

/** `path` is committed at its first close, and read while it is written. */
export function streamed(path: string): ClApp {
  const rule = { name: [path], committed: "on_close", mode: "no_update" };
  return { writes: [path], streaming: [rule] };
}

/**
 * A "writer" whose `path` is {@linkcode streamed} to a "reader". Both are
 * named, so that the run lasts until the later one has come.
 */
export function flow(path: string): Record<string, ClApp> {
  return { writer: streamed(path), reader: { reads: [path] } };
}
