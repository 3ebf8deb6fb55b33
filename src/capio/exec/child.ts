import type { ChildProcess, StdioOptions } from "node:child_process";
import { bypass } from "../interpose/mod.ts";
import { builtin, type ProgramStatus } from "../platform/mod.ts";
import type { StartedProgram } from "./program.ts";

/** How a child process is started. */
export interface ChildOptions {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdio: StdioOptions;
  /** Whether it gets a process group of its own, which signals go to. */
  readonly hasGroup: boolean;
}

/** Time between two looks whether a process group has ended, in ms. */
const LOOK_MILLISECONDS = 10;

/** A program that runs as a child of this process, and what it has started. */
export class Child implements StartedProgram, Disposable {
  readonly #process: ChildProcess;
  readonly #hasGroup: boolean;
  readonly pid: number;
  /** Resolves when the program has ended. */
  readonly status: Promise<ProgramStatus>;
  readonly #unload = () => this.kill("SIGKILL");

  private constructor(process: ChildProcess, pid: number, hasGroup: boolean) {
    this.#process = process;
    this.pid = pid;
    this.#hasGroup = hasGroup;
    const { promise, resolve } = Promise.withResolvers<ProgramStatus>();
    process.once("exit", (code, signal) => resolve(statusOf(code, signal)));
    this.status = promise;
    addEventListener("unload", this.#unload);
  }

  /**
   * Starts a program.
   *
   * @throws {Error} If the system cannot start it; `code` says why.
   */
  static async start(
    { command, env, cwd, stdio, hasGroup }: ChildOptions,
  ): Promise<Child> {
    const [program, ...args] = command;
    const { spawn } = builtin("child_process");
    const process = bypass(() =>
      spawn(program, args, {
        stdio,
        cwd,
        detached: hasGroup,
        ...(env && { env: { ...Deno.env.toObject(), ...env } }),
      })
    );
    const { pid } = process;
    if (pid !== undefined) return new Child(process, pid, hasGroup);
    const error = await new Promise((resolve) =>
      process.once("error", resolve)
    );
    throw error;
  }

  /** What it prints to a standard stream that is a pipe. */
  output(stream: "stdout" | "stderr"): NonNullable<ChildProcess["stdout"]> {
    const output = this.#process[stream];
    if (!output) throw new TypeError(`"${stream}" is not a pipe`);
    return output;
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

function statusOf(code: number | null, signal: string | null): ProgramStatus {
  if (signal === null) return { code: code ?? 0, signal };
  const { signals } = builtin("os").constants;
  const number = signals[signal as keyof typeof signals] ?? 0;
  return { code: 128 + number, signal: signal as Deno.Signal };
}
