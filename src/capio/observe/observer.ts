import { delay } from "@std/async";
import { checkNonNegative, checkSignal } from "../../internal/mod.ts";
import {
  type CheckedBy,
  fold,
  isOver,
  JournalFollower,
  type WorkflowState,
} from "../journal/mod.ts";
import { FileLock, ifPresent, pathOf, realDirectory } from "../platform/mod.ts";
import {
  hasAgent,
  resolveMemoryDirectory,
  unknownFormat,
  WorkflowFolder,
} from "../workflow/mod.ts";
import { describe, type FinalSizes, type WorkflowStatus } from "./status.ts";

/** Options for {@linkcode workflowStatus}. */
export interface WorkflowStatusOptions {
  /**
   * The workflow's name.
   *
   * @default {"CAPIO"}
   */
  workflowName?: string;
  /**
   * The `memoryDir` of the workflow. Without it, or when it is empty, the sizes
   * of files in memory are not known.
   *
   * @default {""}
   */
  memoryDir?: string | URL;
}

/** Options for {@linkcode followWorkflow}. */
export interface FollowWorkflowOptions extends WorkflowStatusOptions {
  /**
   * Least time between two looks, in milliseconds.
   *
   * @default {250}
   */
  interval?: number;
  /** Ends the stream with an error when it aborts. */
  signal?: AbortSignal;
}

/**
 * Looks at a workflow without taking part in it.
 *
 * @example Usage
 * ```ts no-eval
 * import { workflowStatus } from "@sluice/sluice/capio";
 *
 * for (const { app, path, why } of workflowStatus("data")?.waits ?? []) {
 *   console.log(`${app} waits for ${path}: ${why}`);
 * }
 * ```
 *
 * @param capioDir The workflow's directory.
 * @param options The workflow to look at.
 * @returns `undefined` when no such workflow of this machine is there.
 * @throws {Deno.errors.NotFound} If `capioDir` does not exist.
 * @throws {CapioError} If what is under `.capio` is not of this version, or is
 * a link or another thing that no member makes.
 */
export function workflowStatus(
  capioDir: string,
  options: WorkflowStatusOptions = {},
): WorkflowStatus | undefined {
  using observer = WorkflowObserver.find(capioDir, options);
  return observer?.look();
}

/**
 * Looks at a workflow again and again without taking part in it. A look is
 * taken when the stream is read, so a slow reader misses what happens in
 * between. The stream ends with the workflow, after a last look; on several
 * machines, when the agent of this one has ended the run. A file that is not
 * permanent has vanished by then: its size is that of the look before.
 *
 * @example Usage
 * ```ts no-eval
 * import { followWorkflow } from "@sluice/sluice/capio";
 *
 * for await (const { files } of followWorkflow("data") ?? []) {
 *   console.log(files.filter(({ phase }) => phase === "committed").length);
 * }
 * ```
 *
 * @param capioDir The workflow's directory.
 * @param options The workflow to look at, and how often to look.
 * @returns `undefined` when no such workflow of this machine is there.
 * @throws {Deno.errors.NotFound} If `capioDir` does not exist.
 * @throws {CapioError} If what is under `.capio` is not of this version, or is
 * a link or another thing that no member makes.
 */
export function followWorkflow(
  capioDir: string,
  options: FollowWorkflowOptions = {},
): ReadableStream<WorkflowStatus> | undefined {
  const { interval = 250, signal } = options;
  checkNonNegative("interval", interval);
  checkSignal("signal", signal);
  signal?.throwIfAborted();
  const observer = WorkflowObserver.find(capioDir, options);
  if (!observer) return undefined;
  const ended = new AbortController();
  const end = () => {
    if (ended.signal.aborted) return;
    ended.abort();
    observer[Symbol.dispose]();
  };
  let pause = 0;
  return new ReadableStream<WorkflowStatus>({
    start(controller) {
      signal?.addEventListener("abort", () => {
        end();
        controller.error(signal.reason);
      }, { once: true, signal: ended.signal });
    },
    async pull(controller) {
      await delay(pause, { signal: ended.signal });
      const begun = performance.now();
      try {
        controller.enqueue(observer.look());
      } catch (error) {
        end();
        throw error;
      }
      // A look at a workflow with many files takes long: pause after it.
      pause = Math.max(interval, 4 * (performance.now() - begun));
      if (!observer.sawTheEnd) return;
      end();
      controller.close();
    },
    cancel: end,
  }, { highWaterMark: 0 });
}

/** Tails a workflow's journal, so that a look costs only the new events. */
class WorkflowObserver implements Disposable {
  readonly #folder: WorkflowFolder;
  readonly #follower: JournalFollower;
  readonly #checkedBy: CheckedBy;
  readonly #finalSizes: FinalSizes = new WeakMap();
  #latest: WorkflowStatus | undefined;
  #sawTheEnd = false;

  private constructor(
    folder: WorkflowFolder,
    follower: JournalFollower,
    checkedBy: CheckedBy,
  ) {
    this.#folder = folder;
    this.#follower = follower;
    this.#checkedBy = checkedBy;
  }

  static find(
    capioDir: string,
    { workflowName = "CAPIO", memoryDir = "" }: WorkflowStatusOptions,
  ): WorkflowObserver | undefined {
    const directory = realDirectory(capioDir);
    const folder = new WorkflowFolder(directory, workflowName, {
      ...(memoryDir !== "" && {
        memoryDir: resolveMemoryDirectory(pathOf(memoryDir), directory, [
          "read",
        ]),
      }),
    });
    if (!folder.isInUse) return undefined;
    const follower = ifPresent(() =>
      new JournalFollower(folder.journal, folder.capioDir)
    );
    if (!follower) return undefined;
    const { format } = follower;
    if (format.type === "own") {
      folder.checkDirectories();
      return new WorkflowObserver(folder, follower, format.checkedBy);
    }
    follower[Symbol.dispose]();
    if (format.type === "foreign") return undefined;
    throw unknownFormat(folder.journal, format.format);
  }

  /** Whether the last look was at the end of the workflow. */
  get sawTheEnd(): boolean {
    return this.#sawTheEnd;
  }

  look(): WorkflowStatus {
    // The open journal can be read to its end after it was removed.
    const wasRemoved = this.#isRemoved;
    const state = this.#follower.catchUp();
    this.#endTheDead(state);
    // While there is an agent, more steps may come, here and on other machines.
    this.#sawTheEnd = wasRemoved ||
      state.apps.size > 0 && isOver(state) && !hasAgent(state);
    const status = describe(
      state,
      this.#folder,
      this.#checkedBy,
      this.#finalSizes,
    );
    this.#latest = this.#isRemoved ? withSizesOf(this.#latest, status) : status;
    return this.#latest;
  }

  get #isRemoved(): boolean {
    return !this.#follower.isPresent;
  }

  [Symbol.dispose](): void {
    this.#follower[Symbol.dispose]();
  }

  /** Counts members as lost that died and that no member has reported yet. */
  #endTheDead(state: WorkflowState): void {
    for (const { id, ending, host, machine } of state.members.values()) {
      // Locks say nothing of members of other machines.
      if (ending || machine !== undefined) continue;
      if (FileLock.isHeld(this.#folder.memberLock(host ?? id))) continue;
      // It may have left in the meantime; then a second end changes nothing.
      this.#follower.catchUp();
      const stamp = { by: id, time: Date.now() };
      fold(state, { event: "end", member: id, ending: "lost", ...stamp });
    }
  }
}

/** Takes sizes from the look before: what is not permanent is gone, and replicas. */
function withSizesOf(
  before: WorkflowStatus | undefined,
  status: WorkflowStatus,
): WorkflowStatus {
  const known = new Map(before?.files.map((file) => [file.path, file]));
  const files = status.files.map((file) => {
    const { size = 0, sizeHere = 0 } = known.get(file.path) ?? {};
    return {
      ...file,
      size: Math.max(file.size, size),
      ...(file.sizeHere !== undefined && {
        sizeHere: Math.max(file.sizeHere, sizeHere),
      }),
    };
  });
  return { ...status, files };
}
