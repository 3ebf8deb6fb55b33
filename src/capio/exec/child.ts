import { delay } from "@std/async";
import { startTimer, type Timer } from "../../internal/mod.ts";
import { bypass } from "../interpose/mod.ts";
import { builtin, type ProgramStatus } from "../platform/mod.ts";
import { findMarked, markedWith } from "./processes/mod.ts";
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
  /** Tells what it starts from all other processes. */
  readonly mark: string;
}

/** A process that has been started, whichever way. */
interface Process {
  readonly pid: number;
  readonly status: Promise<ProgramStatus>;
  readonly stdout?: ReadableStream<Uint8Array>;
  readonly stderr?: ReadableStream<Uint8Array>;
}

/** Time between two looks whether what a program has started is gone, in ms. */
const LOOK_MILLISECONDS = 10;

/** A program that runs as a child of this process, and what it has started. */
export class Child implements StartedProgram, Disposable {
  readonly #process: Process;
  readonly #mark: string;
  #hasEnded = false;
  /** When it is killed, as `performance.now()` tells the time. */
  #end: number | undefined;
  #timer: Timer | undefined;
  readonly #unload = () => this.#killAll("SIGKILL");

  private constructor(process: Process, mark: string) {
    this.#process = process;
    this.#mark = mark;
    process.status.then(() => this.#hasEnded = true);
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
    return new Child(process, options.mark);
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

  /** Sends a signal to the program alone. */
  kill(signal: Deno.Signal): void {
    // Its number may be another process's by then.
    if (this.#hasEnded) return;
    signalProcess(this.pid, signal);
  }

  /**
   * Tells the program to end. It is killed after the grace period, and so is
   * what it has started.
   */
  terminate(graceMilliseconds: number): void {
    this.kill("SIGTERM");
    if (this.#end !== undefined || graceMilliseconds === Infinity) return;
    this.#end = performance.now() + graceMilliseconds;
    this.#timer = startTimer(
      graceMilliseconds,
      () => this.#killAll("SIGKILL"),
    );
  }

  /** Ends what the program has left behind: it has ended and failed. */
  async endRest(graceMilliseconds: number): Promise<void> {
    const end = this.#end ?? performance.now() + graceMilliseconds;
    for (let rest = this.#signalRest("SIGTERM"); rest > 0;) {
      if (performance.now() > end) return void this.#signalRest("SIGKILL");
      await delay(LOOK_MILLISECONDS);
      rest = findMarked(this.#mark).length;
    }
  }

  /** Leaves the program alone when this process ends. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    removeEventListener("unload", this.#unload);
  }

  #killAll(signal: Deno.Signal): void {
    this.kill(signal);
    this.#signalRest(signal);
  }

  /** Returns how many processes got the signal. */
  #signalRest(signal: Deno.Signal): number {
    const rest = findMarked(this.#mark);
    for (const pid of rest) signalProcess(pid, signal);
    return rest.length;
  }
}

function signalProcess(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // It has ended.
  }
}

function start(
  { command, env, cwd, stdio, mark }: ChildOptions,
): Process {
  const [program, ...args] = command;
  const [stdin, stdout, stderr] = stdio.map(standardOf);
  const child = new Deno.Command(program, {
    args,
    env: { ...env, ...markedWith(mark) },
    cwd,
    stdin,
    stdout,
    stderr,
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
  { command, env, cwd, stdio, mark }: ChildOptions,
): Promise<Process> {
  const [program, ...args] = command;
  const { spawn } = builtin("child_process");
  const child = bypass(() =>
    spawn(program, args, {
      stdio: [...stdio],
      cwd,
      env: { ...Deno.env.toObject(), ...env, ...markedWith(mark) },
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
