import {
  interposeDuring,
  interposeEverywhere,
  interposeFromHere,
} from "../interpose/mod.ts";
import { Workspace } from "../overlay/mod.ts";
import { withBackend } from "./backends.ts";
import { callsOfOtherCopy } from "./copies.ts";
import {
  assertNoBackend,
  type CapioOptions,
  resolveOptions,
} from "./options.ts";
import { replaceFunctions } from "./replaced_functions.ts";
import { atEndOfThread } from "./thread_end.ts";

/** A CAPIO context, active until it is left. */
export interface CapioSession extends AsyncDisposable, Disposable {
  /**
   * Ends the context.
   *
   * @param failed Whether the work is unfinished: then the files that it wrote
   * and that are not committed yet are lost to their readers.
   */
  leave(failed?: boolean): void;
}

/**
 * Enters a CAPIO context: from here on `Deno.open` and its siblings wait for
 * bytes that are still being written, and report the end of a file only when it
 * is committed.
 *
 * The context is active in the present function and in everything that it
 * starts, and in its caller if the caller goes on before the function has ended.
 * {@linkcode withCapio} keeps its function apart from the caller.
 *
 * A context that is still active when its program or worker ends is left then,
 * after the listeners of `unload` and `exit`; as failed if the exit code says so.
 *
 * Semantics of the CAPIO middleware and PyCAPIO.
 *
 * Import it from `@sluice/sluice/capio`; `@sluice/sluice` has it too, and loads
 * all modules.
 *
 * @example Usage
 * ```ts no-eval
 * import { enterCapio } from "@sluice/sluice/capio";
 *
 * await using _ = enterCapio({ capioDir: "data", appName: "reader" });
 * const text = await Deno.readTextFile("data/out.csv");
 * ```
 *
 * @throws {Deno.errors.NotCapable} If `capioDir` may not be read and written.
 * @throws {Deno.errors.NotFound} If `capioDir` does not exist.
 * @throws {CapioError} If the CAPIO-CL configuration cannot be used.
 */
export function enterCapio(options: CapioOptions = {}): CapioSession {
  const other = callsOfOtherCopy<ContextCalls>();
  assertNoBackend(options);
  if (other) return other.enterCapio(options);
  const workspace = new Workspace(resolveOptions(options));
  const place = options.scope === "process"
    ? interposeEverywhere(workspace)
    : interposeFromHere(workspace);
  return session(workspace, place);
}

/**
 * Runs a function inside a CAPIO context. See {@linkcode enterCapio}.
 *
 * Import it from `@sluice/sluice/capio`; `@sluice/sluice` has it too, and loads
 * all modules.
 *
 * @example Usage
 * ```ts no-eval
 * import { withCapio } from "@sluice/sluice/capio";
 *
 * const text = await withCapio(
 *   { capioDir: "data", appName: "reader" },
 *   () => Deno.readTextFile("data/out.csv"),
 * );
 * ```
 *
 * @returns The result of `fn`.
 * @throws The error that `fn` throws; its unfinished files are then lost.
 */
export async function withCapio<T>(
  options: CapioOptions,
  fn: () => T | Promise<T>,
): Promise<T> {
  if (options.backend !== undefined) {
    return await withBackend(options, (inner) => withCapio(inner, fn));
  }
  const other = callsOfOtherCopy<ContextCalls>();
  if (other) return await other.withCapio(options, fn);
  const workspace = new Workspace(resolveOptions(options));
  const place = options.scope === "process"
    ? interposeEverywhere(workspace)
    : undefined;
  const { leave } = session(workspace, place);
  let result: T;
  try {
    result = await interposeDuring(workspace, fn);
  } catch (error) {
    try {
      leave(true);
    } catch {
      // It must not hide the error of the function.
    }
    throw error;
  }
  leave();
  return result;
}

/**
 * A decorator that runs every call of a function or method inside a CAPIO
 * context of its own. See {@linkcode enterCapio}.
 *
 * Import it from `@sluice/sluice/capio`; `@sluice/sluice` has it too, and loads
 * all modules.
 *
 * @example Usage
 * ```ts no-eval
 * import { CapioContext } from "@sluice/sluice/capio";
 *
 * const read = CapioContext({ capioDir: "data" })(
 *   (path: string) => Deno.readTextFile(path),
 * );
 * const text = await read("data/out.csv");
 * ```
 */
export function CapioContext(
  options: CapioOptions = {},
): <This, Args extends unknown[], T>(
  fn: (this: This, ...args: Args) => T | Promise<T>,
  context?: ClassMethodDecoratorContext,
) => (this: This, ...args: Args) => Promise<T> {
  return (fn) =>
    function (...args) {
      return withCapio(options, () => fn.apply(this, args));
    };
}

/** The calls of this file, as another copy of the package has them. */
interface ContextCalls {
  enterCapio(options: CapioOptions): CapioSession;
  withCapio<T>(options: CapioOptions, fn: () => T | Promise<T>): Promise<T>;
}

function session(
  workspace: Workspace,
  place: Disposable | undefined,
): CapioSession {
  const functions = replaceFunctions();
  const leave = (failed = false) => {
    functions[Symbol.dispose]();
    ending[Symbol.dispose]();
    if (workspace.workflow.ended) return;
    place?.[Symbol.dispose]();
    workspace.leave(failed);
  };
  // At the latest with its program, as far as that runs anything at its end.
  const ending = atEndOfThread(leave);
  return {
    leave,
    [Symbol.dispose]: () => leave(),
    [Symbol.asyncDispose]: () => {
      leave();
      return Promise.resolve();
    },
  };
}
