import { fromFileUrl, join } from "@std/path";
import { stdConfigArgs } from "../../tools/std_config.ts";

const config = await stdConfigArgs();
const root = fromFileUrl(new URL("../../", import.meta.url));
const preload = join(root, "src", "capio", "preload.ts");

/** A step of a workflow, as a user would start it. */
export interface StepOptions {
  readonly capioDir: string;
  /** The script: ordinary code that knows nothing of sluice. */
  readonly code: string;
  readonly app?: string;
  readonly workflow?: string;
  readonly cl?: string;
  readonly args?: readonly string[];
  /** Permissions besides those for the directory alone. */
  readonly flags?: readonly string[];
}

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
  readonly result: Promise<StepResult>;

  constructor(options: StepOptions) {
    const { capioDir, code, app = "app", workflow, cl, args = [] } = options;
    this.#script = Deno.makeTempFileSync({ suffix: ".ts" });
    Deno.writeTextFileSync(this.#script, code);
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        ...config,
        `--preload=${preload}`,
        `--allow-read=${[capioDir, ...(cl ? [cl] : [])].join(",")}`,
        `--allow-write=${capioDir}`,
        "--allow-env=CAPIO_DIR,CAPIO_APP_NAME,CAPIO_WORKFLOW_NAME,CAPIO_CL",
        ...options.flags ?? [],
        this.#script,
        ...args,
      ],
      cwd: root,
      env: {
        CAPIO_DIR: capioDir,
        CAPIO_APP_NAME: app,
        ...(workflow && { CAPIO_WORKFLOW_NAME: workflow }),
        ...(cl && { CAPIO_CL: cl }),
        NO_COLOR: "1",
      },
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

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.kill();
    } catch {
      // It has ended by itself.
    }
    await this.result;
  }

  async #finish(): Promise<StepResult> {
    const { code, signal, stdout, stderr } = await this.#process.output();
    await Deno.remove(this.#script);
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, signal, stdout: decode(stdout), stderr: decode(stderr) };
  }
}

/** A directory for one test, gone with it. */
export class TestDirectory implements AsyncDisposable {
  readonly path: string = Deno.realPathSync(Deno.makeTempDirSync());

  /** A CAPIO-CL file beside nothing that the test looks at. */
  async writeCl(streams: Record<string, ClApp>): Promise<string> {
    const path = `${this.path}.json`;
    const graph = Object.entries(streams).map(([name, app]) => ({
      name,
      input_stream: app.reads ?? [],
      output_stream: app.writes ?? [],
      streaming: app.streaming ?? [],
    }));
    const document = { name: "test", IO_Graph: graph, permanent: ["*"] };
    await Deno.writeTextFile(path, JSON.stringify(document));
    return path;
  }

  /** Everything in it, relative, sorted. */
  list(directory = this.path): string[] {
    return [...Deno.readDirSync(directory)].flatMap((entry) => {
      const path = join(directory, entry.name);
      const name = path.slice(this.path.length + 1);
      return entry.isDirectory ? [name, ...this.list(path)] : [name];
    }).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
    await Deno.remove(`${this.path}.json`).catch(() => {});
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
