import type { Workspace } from "../overlay/mod.ts";
import { pathOf, type ProgramStatus } from "../platform/mod.ts";
import { Child, type Standard } from "./child.ts";
import { copiesForChild, makePipes } from "./pipes/mod.ts";
import { forwardOutput } from "./forwarded_output.ts";
import { type Input, openInput } from "./input.ts";
import { openOutput, type Output } from "./output.ts";
import {
  checkOptions,
  checkProgram,
  type Program,
  type RunProgramOptions,
} from "./program.ts";
import { endOf, programFailed, reasonOf, shownName } from "./program_error.ts";
import {
  findFiles,
  type ProgramFile,
  type ProgramFiles,
} from "./program_files.ts";
import { Scratch } from "./scratch.ts";
import { checkDirectory, notStarted } from "./start_failure.ts";

const GRACE_MILLISECONDS = 5_000;

/** Runs a program with files of a workspace. See `runProgram`. */
export async function runIn(
  workspace: Workspace,
  program: Program,
  options: RunProgramOptions = {},
): Promise<ProgramStatus> {
  checkProgram(program);
  checkOptions(options);
  const files = findFiles(workspace, program);
  return await new ProgramRun(workspace, program, files, options).toEnd();
}

/** One run of a program, from the opening of its files to their end. */
class ProgramRun {
  readonly #workspace: Workspace;
  readonly #program: Program;
  readonly #files: ProgramFiles;
  readonly #options: RunProgramOptions;
  readonly #name: string;
  readonly #grace: number;
  readonly #scratch: Scratch;
  readonly #outputs: Output[] = [];
  readonly #inputs: Input[] = [];
  #child: Child | undefined;
  /** Why the program has not got all of an input. */
  #lost: { readonly error: unknown } | undefined;

  constructor(
    workspace: Workspace,
    program: Program,
    files: ProgramFiles,
    options: RunProgramOptions,
  ) {
    this.#workspace = workspace;
    this.#program = program;
    this.#files = files;
    this.#options = options;
    this.#name = shownName(`${this.#argument(files.args[0])}`);
    this.#grace = options.graceMilliseconds ?? GRACE_MILLISECONDS;
    this.#scratch = new Scratch(workspace);
  }

  async toEnd(): Promise<ProgramStatus> {
    using _ = this.#scratch;
    const removeScratch = () => this.#scratch[Symbol.dispose]();
    addEventListener("unload", removeScratch);
    try {
      for (const file of this.#files.outputs) {
        this.#outputs.push(
          await openOutput(this.#workspace, file, this.#scratch),
        );
      }
      const status = await this.#run();
      // What can fail comes first.
      const isNew = ({ file: { use } }: Output) =>
        use === "newfile" || use === "newdir";
      for (const it of this.#outputs.filter(isNew)) await it.finish();
      for (const it of this.#outputs.filter((it) => !isNew(it))) {
        await it.finish();
      }
      return status;
    } catch (error) {
      await this.#lose(error);
      throw error;
    } finally {
      removeEventListener("unload", removeScratch);
    }
  }

  async #run(): Promise<ProgramStatus> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    // The loss of one input ends the wait for the others.
    const giveUp = new AbortController();
    const waits = signal
      ? AbortSignal.any([signal, giveUp.signal])
      : giveUp.signal;
    const opening = this.#files.inputs.map(async (file) => {
      try {
        this.#inputs.push(
          await openInput(this.#workspace, file, {
            scratch: this.#scratch,
            signal: waits,
            lost: (error) => this.#loseInput(error),
          }),
        );
      } catch (error) {
        giveUp.abort(error);
        throw error;
      }
    });
    await Promise.allSettled(opening);
    try {
      signal?.throwIfAborted();
      giveUp.signal.throwIfAborted();
      const piped = [...this.#inputs, ...this.#outputs]
        .flatMap(({ pipe }) => pipe === undefined ? [] : [pipe]);
      await makePipes(piped);
      signal?.throwIfAborted();
      for (const it of this.#inputs) it.open?.();
      return await this.#supervise();
    } finally {
      await Promise.all(this.#inputs.map((it) => it.ended?.()));
    }
  }

  async #supervise(): Promise<ProgramStatus> {
    const { signal, started } = this.#options;
    const standard = [this.#stdin, this.#stdout, this.#stderr];
    const handed = standard.filter((it) => typeof it === "number");
    const copies = copiesForChild(handed.length);
    using child = await this.#start(standard);
    this.#child = child;
    const stop = () => child.terminate(this.#grace);
    signal?.addEventListener("abort", stop);
    // It may have come while the program was started.
    if (signal?.aborted) stop();
    const forwarded = forwardOutput(child, this.#options);
    try {
      for (const it of this.#inputs) it.started?.(child.pid);
      for (const it of this.#outputs) it.start?.();
      started?.(child);
      const status = await child.status;
      await Promise.all(this.#inputs.map((it) => it.ended?.()));
      const failure = this.#failureOf(status);
      if (failure !== undefined) {
        await child.endRest(this.#grace);
        throw failure;
      }
      await this.#untilUnwritten(child, copies);
      return status;
    } finally {
      signal?.removeEventListener("abort", stop);
      await forwarded.end(this.#grace);
    }
  }

  /** Waits until nobody writes to the outputs any more. */
  async #untilUnwritten(
    child: Child,
    copies: ReadonlySet<number>,
  ): Promise<void> {
    const end = { name: this.#name, graceMilliseconds: this.#grace, copies };
    try {
      await Promise.all(this.#outputs.map((it) => it.ended(end)));
    } catch (error) {
      await child.endRest(this.#grace);
      throw error;
    }
  }

  /** Returns the error of a program that has not ended well. */
  #failureOf(status: ProgramStatus): unknown {
    const { signal } = this.#options;
    if (signal?.aborted) return signal.reason;
    const end = endOf(this.#name, status);
    if (this.#lost) {
      const { error } = this.#lost;
      const message = error instanceof Error ? error.message : String(error);
      return programFailed(
        `${this.#name} did not get all of its input: ${message}`,
        status,
        error,
      );
    }
    const { ok = [0] } = this.#program;
    if (!status.signal && ok.includes(status.code)) return undefined;
    const isZero = !status.signal && status.code === 0;
    const none = isZero ? `, which is none of ${ok.join(", ")}` : "";
    return programFailed(`${end}${none}`, status);
  }

  #loseInput(error: unknown): void {
    if (this.#lost) return;
    this.#lost = { error };
    this.#child?.terminate(this.#grace);
  }

  async #lose(error: unknown): Promise<void> {
    const why = reasonOf(error, this.#name);
    // A program without files says nothing about those of the member.
    if (this.#outputs.length > 0) this.#workspace.failure ??= why;
    for (const output of this.#outputs) {
      try {
        await output.lose(why);
      } catch {
        // The end of this member, which has failed, loses it too.
      }
    }
  }

  async #start(stdio: readonly Standard[]): Promise<Child> {
    const { env } = this.#program;
    const cwd = this.#program.cwd && pathOf(this.#program.cwd);
    const command = this.#files.args
      .map((parts) => this.#argument(parts));
    // The directory would be told as a missing program.
    if (cwd) checkDirectory(cwd);
    try {
      return await Child.start({
        command,
        env,
        cwd,
        stdio,
        mark: this.#scratch.name,
      });
    } catch (error) {
      throw notStarted(command[0], error);
    }
  }

  /** Returns an argument with the paths in the places of the files. */
  #argument(parts: ProgramFiles["args"][number]): string {
    return parts.map((part) =>
      typeof part === "string" ? part : this.#pathOf(part)
    ).join("");
  }

  #pathOf(file: ProgramFile): string {
    const all = [...this.#inputs, ...this.#outputs];
    return all.find((it) => it.file === file)?.path ?? file.place.given;
  }

  get #stdin(): Standard {
    const { stdin } = this.#files;
    if (stdin) return this.#descriptorOf(stdin);
    return this.#options.stdin === "inherit" ? "inherit" : "ignore";
  }

  get #stdout(): Standard {
    const { stdout } = this.#files;
    return stdout
      ? this.#descriptorOf(stdout)
      : standardOf(this.#options.stdout);
  }

  get #stderr(): Standard {
    const { stderr } = this.#files;
    return stderr
      ? this.#descriptorOf(stderr)
      : standardOf(this.#options.stderr);
  }

  #descriptorOf(file: ProgramFile): number {
    const all = [...this.#inputs, ...this.#outputs];
    const fd = all.find((it) => it.file === file)?.fd;
    if (fd === undefined) throw new TypeError(`"${file.use}" is not open`);
    return fd;
  }
}

function standardOf(option: RunProgramOptions["stdout"]): Standard {
  if (option === "null") return "ignore";
  return option instanceof WritableStream ? "pipe" : "inherit";
}
