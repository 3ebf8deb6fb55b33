import type { ChildProcess } from "node:child_process";
import { Writing } from "../../overlay/mod.ts";
import { builtin } from "../../platform/mod.ts";
import { DescriptorReader } from "./descriptor_reader.ts";

/** What the runtime publishes before it starts a child, and when it cannot. */
interface ChildMessage {
  readonly process: ChildProcess;
  readonly options?: { readonly stdio?: unknown };
}

/** Finds the part of the file that is open under a descriptor or a stream. */
type FindFile = (file: unknown) => unknown;

const STARTED = "tracing:child_process.spawn:start";
const FAILED = "tracing:child_process.spawn:error";

/**
 * Looks at the files that the child processes of `node:child_process` get as
 * descriptors. One for writing counts as open until the child has ended. One for
 * reading has to be complete, for the child takes what is there for all: the
 * start blocks the thread until then. The calls that block until the child has
 * ended need neither.
 */
export class ChildDescriptors {
  readonly #find: FindFile;
  readonly #shared = new WeakMap<ChildProcess, () => void>();
  #isWatching = false;

  constructor(find: FindFile) {
    this.#find = find;
  }

  /** Begins or ends to watch for new children. */
  watch(isNeeded: boolean): void {
    if (this.#isWatching === isNeeded) return;
    this.#isWatching = isNeeded;
    // It is loaded for programs alone that open files of others in `node:fs`.
    const channels = builtin("diagnostics_channel");
    const change = isNeeded ? channels.subscribe : channels.unsubscribe;
    change(STARTED, this.#started);
    change(FAILED, this.#failed);
  }

  readonly #started = (message: unknown): void => {
    const { process, options } = message as ChildMessage;
    const { stdio } = options ?? {};
    const files = Array.isArray(stdio) ? stdio.map(this.#find) : [];
    for (const file of files) {
      // An error here is one that nobody catches: the step fails.
      if (file instanceof DescriptorReader) file.completeForChild();
    }
    const returns = files.filter((file) => file instanceof Writing)
      .map((file) => file.share());
    if (returns.length === 0) return;
    const end = () => returns.forEach((giveBack) => giveBack());
    this.#shared.set(process, end);
    process.once("exit", end);
  };

  readonly #failed = (message: unknown): void => {
    const { process } = message as ChildMessage;
    this.#shared.get(process)?.();
  };
}
