import { denoReplacements, findIn, type Originals } from "../interpose/mod.ts";
import {
  type Program,
  runIn,
  type RunProgramOptions,
  runStepIn,
} from "../exec/mod.ts";
import { describe, type WorkflowStatus } from "../observe/mod.ts";
import { type Follows, Workspace } from "../overlay/mod.ts";
import {
  type FileSystemCalls,
  type ProgramStatus,
  system,
} from "../platform/mod.ts";
import { checkFunction, checkSignal } from "../../internal/mod.ts";
import type { StartedBackend } from "../backend/mod.ts";
import { overBackend } from "./backends.ts";
import {
  assertNoBackend,
  type CapioOptions,
  resolveOptions,
} from "./options.ts";

/** The workspace that {@linkcode CapioWorkspace.join} hands to the constructor. */
const JOINED = Symbol("joined");
/** The backend that it was joined over. */
const STARTED = Symbol("started");

interface Joined {
  readonly [JOINED]?: Workspace;
  readonly [STARTED]?: StartedBackend;
}

/**
 * A workflow's directory by method call: nothing is interposed, the program
 * chooses call by call. It is the `pycapio.internals` of PyCAPIO.
 *
 * @example Usage
 * ```ts no-eval
 * import { CapioWorkspace } from "@sluice/sluice/capio";
 *
 * using workspace = new CapioWorkspace({ capioDir: "data", appName: "reader" });
 * const text = await workspace.fs.readTextFile("data/out.csv");
 * ```
 */
export class CapioWorkspace implements Disposable, AsyncDisposable {
  /**
   * Joins a workflow. Unlike the constructor, this does not block the thread
   * while a process that joins or leaves at the same time does not go on, and
   * `signal` of the options ends the wait.
   *
   * @example Usage
   * ```ts no-eval
   * import { CapioWorkspace } from "@sluice/sluice/capio";
   *
   * const signal = AbortSignal.timeout(10_000);
   * using workspace = await CapioWorkspace.join({ capioDir: "data", signal });
   * ```
   *
   * @throws The errors of the constructor, and the reason of `signal`.
   */
  static async join(
    options: Omit<CapioOptions, "scope"> = {},
  ): Promise<CapioWorkspace> {
    if (options.backend !== undefined) return await joinOver(options);
    const workspace = await Workspace.join(resolveOptions(options));
    const joined: CapioOptions & Joined = { ...options, [JOINED]: workspace };
    return new CapioWorkspace(joined);
  }

  readonly #workspace: Workspace;
  readonly #started: StartedBackend | undefined;
  /**
   * `Deno.open` and its siblings as they are inside a context. For paths outside
   * of the directory they are the originals.
   */
  readonly fs: FileSystemCalls;

  /**
   * Joins the workflow; disposing leaves it.
   *
   * @throws {Deno.errors.NotCapable} If `capioDir` may not be read and written.
   * @throws {Deno.errors.NotFound} If `capioDir` does not exist.
   * @throws {CapioError} If the CAPIO-CL configuration cannot be used.
   */
  constructor(options: Omit<CapioOptions, "scope"> = {}) {
    const { [JOINED]: joined, [STARTED]: started } = options as Joined;
    if (!joined) assertNoBackend(options);
    const workspace = joined ?? new Workspace(resolveOptions(options));
    this.#workspace = workspace;
    this.#started = started;
    const calls: Record<string, unknown> = { ...system };
    const find = (path: unknown, follows: Follows) =>
      findIn(workspace, path, follows);
    const originals = system as unknown as Originals;
    for (const { name, call } of denoReplacements(find, originals)) {
      calls[name] = call;
    }
    this.fs = calls as unknown as FileSystemCalls;
  }

  /** Returns the present status of the workflow. */
  status(): WorkflowStatus {
    this.#workspace.workflow.lookAround();
    const { state, folder } = this.#workspace;
    return describe(state, folder, folder.check.by);
  }

  /**
   * Runs any program with files of the workflow, as {@linkcode runProgram} does
   * inside a context.
   *
   * @example Usage
   * ```ts no-eval
   * import { CapioWorkspace } from "@sluice/sluice/capio";
   *
   * using workspace = new CapioWorkspace({ capioDir: "data", appName: "sort" });
   * await workspace.runProgram({
   *   command: ["sort"],
   *   stdin: "names.txt",
   *   stdout: "sorted.txt",
   * });
   * ```
   *
   * @throws The errors of {@linkcode runProgram}.
   */
  runProgram(
    program: Program,
    options?: RunProgramOptions,
  ): Promise<ProgramStatus> {
    return runIn(this.#workspace, program, options);
  }

  /**
   * Runs any program as a step of its own, which takes part under its name until
   * the program has ended.
   *
   * @example Usage
   * ```ts no-eval
   * import { CapioWorkspace } from "@sluice/sluice/capio";
   *
   * using workspace = new CapioWorkspace({ capioDir: "data" });
   * await Promise.all([
   *   workspace.runStep("unpack", { command: ["gzip", "-dc"], stdin: "a.gz", stdout: "a" }),
   *   workspace.runStep("count", { command: ["wc", "-l"], stdin: "a", stdout: "n" }),
   * ]);
   * ```
   *
   * @param appName The name under which CAPIO-CL knows the step.
   * @throws The errors of {@linkcode runProgram}; the step has then failed.
   */
  runStep(
    appName: string,
    program: Program,
    options?: RunProgramOptions,
  ): Promise<ProgramStatus> {
    return runStepIn(this.#workspace, appName, program, options);
  }

  /**
   * Runs a function while no other member joins, leaves or moves files: calls of
   * `status` and `leave` in it block the thread for no other process. Until that
   * is possible the thread is not blocked either.
   *
   * @example Usage
   * ```ts no-eval
   * import { CapioWorkspace } from "@sluice/sluice/capio";
   *
   * const workspace = await CapioWorkspace.join({ capioDir: "data" });
   * await workspace.whenFree(() => workspace.leave());
   * ```
   *
   * @param fn The function, which has to be synchronous.
   * @param options.signal Ends the wait when it aborts.
   * @returns The result of `fn`.
   */
  whenFree<T>(
    fn: () => T,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<T> {
    checkFunction("fn", fn);
    checkSignal("signal", signal);
    return this.#workspace.workflow.whenFree(fn, { signal });
  }

  /**
   * Leaves the workflow as failed, without a wait for another process. What is
   * left to do is done by the next member that leaves, or by the next run.
   */
  abandon(): void {
    this.#workspace.abandon();
    this.#release();
  }

  /**
   * Leaves the workflow.
   *
   * @param failed Whether the work is unfinished: then the files that it wrote
   * and that are not committed yet are lost to their readers.
   */
  leave(failed = false): void {
    this.#workspace.leave(failed);
    this.#release();
  }

  /** Its failure is told where somebody awaits it, and by the agent itself. */
  #release(): void {
    this.#started?.release().catch(() => {});
  }

  /** Leaves the workflow, the work finished. */
  [Symbol.dispose](): void {
    this.leave();
  }

  /**
   * Leaves the workflow, the work finished, and waits until the agent that was
   * started for its `backend` has ended.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.leave();
    await this.#started?.release();
  }
}

async function joinOver(options: CapioOptions): Promise<CapioWorkspace> {
  const { started, inner } = await overBackend(options);
  try {
    const workspace = await Workspace.join(resolveOptions(inner));
    const joined: CapioOptions & Joined = {
      ...inner,
      [JOINED]: workspace,
      [STARTED]: started,
    };
    return new CapioWorkspace(joined);
  } catch (error) {
    await started.release().catch(() => {});
    throw error;
  }
}
