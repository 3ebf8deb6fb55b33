import type { Stats } from "node:fs";
import { bypass, type Originals, originalsOf } from "../../interpose/mod.ts";
import type { FileIdentity } from "../../overlay/mod.ts";
import { act, type Operation } from "../../platform/mod.ts";
import type { FlagBits } from "./flags.ts";

/** Functions whose asynchronous form makes several calls to the system. */
const IN_STEPS: ReadonlySet<string> = new Set([
  "appendFile",
  "readFile",
  "rm",
  "truncate",
  "writeFile",
]);

type FsFunctions = Pick<OriginalFs, "functions" | "promises" | "bits">;

/** The functions of `node:fs` before they were replaced. */
export class OriginalFs {
  /** Functions that take a callback, and those whose name ends in `Sync`. */
  readonly functions: Originals;
  readonly bits: FlagBits;
  /** Whether the asynchronous form is the one with a callback. */
  readonly callsBack: boolean;
  readonly #fs: FsFunctions;

  private constructor(fs: FsFunctions, callsBack: boolean) {
    this.#fs = fs;
    this.functions = fs.functions;
    this.bits = fs.bits;
    this.callsBack = callsBack;
  }

  /** Functions that return a promise; the runtime loads them now. */
  get promises(): Originals {
    return this.#fs.promises;
  }

  /**
   * Remembers the functions as they are now, for the forms with a callback and
   * for the others: their errors differ.
   */
  static of(
    fs: typeof import("node:fs"),
  ): { original: OriginalFs; calledBack: OriginalFs } {
    const originals = originalsOf(fs);
    let promises: Originals | undefined;
    const functions: FsFunctions = {
      functions: originals,
      get promises() {
        return promises ??= originalsOf(originals.promises);
      },
      bits: fs.constants,
    };
    return {
      original: new OriginalFs(functions, false),
      calledBack: new OriginalFs(functions, true),
    };
  }

  /**
   * Calls a function in its asynchronous or its synchronous form. No context is
   * active for the functions of the runtime that it calls in turn.
   */
  call<T>(name: string, ...args: unknown[]): Operation<T> {
    return this.#act(name, args, bypass);
  }

  /** The same in the active contexts: the function may call the program. */
  callInContext<T>(name: string, ...args: unknown[]): Operation<T> {
    return this.#act(name, args, (fn) => fn());
  }

  /** Calls a function in its form with a callback. */
  callBack<T>(name: string, ...args: unknown[]): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const done = (error: unknown, result: T) =>
      error ? reject(error) : resolve(result);
    bypass(() => this.functions[name](...args, done));
    return promise;
  }

  /** Returns what tells an open file from any other. */
  identify(fd: number): FileIdentity {
    return this.functions.fstatSync(fd) as Stats;
  }

  #act<T>(
    name: string,
    args: unknown[],
    run: (fn: () => unknown) => unknown,
  ): Operation<T> {
    const callsBack = this.callsBack || !(name in this.promises);
    const asynchronous = callsBack
      ? () => this.callBack(name, ...args)
      : () => this.promises[name](...args);
    return act(
      () => run(asynchronous) as Promise<T>,
      () => run(() => this.functions[`${name}Sync`](...args)) as T,
      { inSteps: IN_STEPS.has(name) },
    );
  }
}
