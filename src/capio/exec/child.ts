import { bypass } from "../interpose/mod.ts";
import { builtin, type ProgramStatus } from "../platform/mod.ts";
import type { StartedProgram } from "./program.ts";

/** A standard stream of a child process. */
export type Standard = number | "inherit" | "ignore" | "pipe";

/** How a child process is started. */
export interface ChildOptions {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Standard input, output and error. */
  readonly stdio: readonly Standard[];
  /** Whether it gets a process group of its own, which signals go to. */
  readonly hasGroup: boolean;
}

/** A process that has been started, whichever way. */
interface Process {
  readonly pid: number;
  readonly status: Promise<ProgramStatus>;
  readonly stdout?: ReadableStream<Uint8Array>;
  readonly stderr?: ReadableStream<Uint8Array>;
}

/** Time between two looks whether a process group has ended, in ms. */
const LOOK_MILLISECONDS = 10;

/** A program that runs as a child of this process, and what it has started. */
export class Child implements StartedProgram, Disposable {
  readonly #process: Process;
  readonly #hasGroup: boolean;
  readonly #unload = () => this.kill("SIGKILL");

  private constructor(process: Process, hasGroup: boolean) {
    this.#process = process;
    this.#hasGroup = hasGroup;
    addEventListener("unload", this.#unload);
  }

  /**
   * Starts a program.
   *
   * @throws {Error} If the system cannot start it; `code` says why.
   */
  static async start(options: ChildOptions): Promise<Child> {
    // Only Node hands descriptors over; it takes several times as long.
    const isHanded = options.stdio.some((it) => typeof it === "number");
    const process = isHanded ? await startWithNode(options) : start(options);
    return new Child(process, options.hasGroup);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Resolves when the program has ended. */
  get status(): Promise<ProgramStatus> {
    return this.#process.status;
  }

  /** What it prints to a standard stream that is a pipe. */
  output(stream: "stdout" | "stderr"): ReadableStream<Uint8Array> | undefined {
    return this.#process[stream];
  }

  /** Sends a signal to the program, and to what it has started. */
  kill(signal: Deno.Signal): void {
    try {
      Deno.kill(this.#hasGroup ? -this.pid : this.pid, signal);
    } catch {
      // It has ended.
    }
  }

  /** Ends what the program has left behind in its group. */
  async endGroup(graceMilliseconds: number): Promise<void> {
    if (!this.#hasGroup) return;
    this.kill("SIGTERM");
    const end = performance.now() + graceMilliseconds;
    while (this.#hasLiving()) {
      if (performance.now() > end) return this.kill("SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
    }
  }

  /** Leaves the program alone when this process ends. */
  [Symbol.dispose](): void {
    removeEventListener("unload", this.#unload);
  }

  #hasLiving(): boolean {
    try {
      // It continues what is stopped, and is ignored by all others.
      Deno.kill(-this.pid, "SIGCONT");
      return true;
    } catch {
      return false;
    }
  }
}

function start(
  { command, env, cwd, stdio, hasGroup }: ChildOptions,
): Process {
  const [program, ...args] = command;
  const [stdin, stdout, stderr] = stdio.map(standardOf);
  const child = new Deno.Command(program, {
    args,
    ...(env && { env: { ...env } }),
    cwd,
    stdin,
    stdout,
    stderr,
    detached: hasGroup,
  }).spawn();
  return {
    pid: child.pid,
    status: child.status.then(({ code, signal }) => ({ code, signal })),
    ...(stdout === "piped" && { stdout: child.stdout }),
    ...(stderr === "piped" && { stderr: child.stderr }),
  };
}

function standardOf(standard: Standard): "inherit" | "null" | "piped" {
  switch (standard) {
    case "inherit":
      return standard;
    case "ignore":
      return "null";
    case "pipe":
      return "piped";
    default:
      throw new TypeError(`Cannot hand over the descriptor ${standard}`);
  }
}

async function startWithNode(
  { command, env, cwd, stdio, hasGroup }: ChildOptions,
): Promise<Process> {
  const [program, ...args] = command;
  const { spawn } = builtin("child_process");
  const child = bypass(() =>
    spawn(program, args, {
      stdio: [...stdio],
      cwd,
      detached: hasGroup,
      ...(env && { env: { ...Deno.env.toObject(), ...env } }),
    })
  );
  const { pid, stdout, stderr } = child;
  if (pid === undefined) {
    throw await new Promise((resolve) => child.once("error", resolve));
  }
  const { promise, resolve } = Promise.withResolvers<ProgramStatus>();
  child.once("exit", (code, signal) => resolve(statusOf(code, signal)));
  const { Readable } = builtin("stream");
  const web = (stream: typeof stdout) =>
    stream ? Readable.toWeb(stream) as ReadableStream<Uint8Array> : undefined;
  return { pid, status: promise, stdout: web(stdout), stderr: web(stderr) };
}

function statusOf(code: number | null, signal: string | null): ProgramStatus {
  if (signal === null) return { code: code ?? 0, signal };
  const { signals } = builtin("os").constants;
  const number = signals[signal as keyof typeof signals] ?? 0;
  return { code: 128 + number, signal: signal as Deno.Signal };
}
