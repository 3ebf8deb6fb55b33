import { systemErrorAtCaller } from "../../internal/mod.ts";
import { type OptionsArgument, withPlainOptions } from "./options_argument.ts";
import type { Plan, Planned } from "./plan.ts";

/** Any function. */
export type Call = (...args: unknown[]) => unknown;

/** The functions that are called for paths outside of all workspaces. */
export type Originals = Readonly<Record<string, Call>>;

/**
 * Copies the functions of an object as they are now. Accessors are copied
 * without being read: those of `Deno` and `node:fs` load modules.
 */
export function originalsOf(object: object): Originals {
  return Object.create(null, Object.getOwnPropertyDescriptors(object));
}

/**
 * Makes the function that runs what `plan` decides, or else `original`. Options
 * are read once, before anything else.
 */
export type Form = (
  plan: Plan,
  original: Call,
  options?: OptionsArgument,
) => Call;

/**
 * The form that returns a promise. For a path outside the original answers,
 * without a turn of the event loop in between.
 */
export const asynchronousForm: Form =
  (plan, original, options) => (...given) => {
    let args: unknown[];
    try {
      args = withPlainOptions(given, options);
    } catch (error) {
      return rejection(error);
    }
    return begin(plan, args) ?? answered(original(...args));
  };

/** The form that blocks until the operation has ended. */
export const synchronousForm: Form =
  (plan, original, options) => (...given) => {
    const args = withPlainOptions(given, options);
    const it = plan(args);
    return it ? it.workspace.runSync(it.operation()) : original(...args);
  };

/** The replaced call that the program has made and that has not returned yet. */
let entered: Call | undefined;

/**
 * Makes a form at its first call: a program makes few of the calls that are
 * replaced at its start. The traces of what it throws begin with its caller.
 */
export function madeAtFirstCall(make: () => Call): Call {
  let made: Call | undefined;
  const call: Call = (...args) => {
    const outer = entered;
    entered = call;
    try {
      return (made ??= make())(...args);
    } catch (error) {
      throw systemErrorAtCaller(error, call);
    } finally {
      entered = outer;
    }
  };
  return call;
}

/** The answer of an original, whose errors begin with the caller, too. */
function answered(answer: unknown): unknown {
  return answer instanceof Promise ? answer.then(undefined, rethrow) : answer;
}

function rethrow(error: unknown): never {
  throw systemErrorAtCaller(error, rethrow);
}

/** Rejects with what the replaced call would have thrown. */
export function rejection(error: unknown): Promise<never> {
  return Promise.reject(entered ? systemErrorAtCaller(error, entered) : error);
}

/** Runs what is planned, if anything is; every failure is a rejection. */
export function begin(
  plan: Plan,
  args: unknown[],
): Promise<unknown> | undefined {
  let it: Planned | undefined;
  try {
    it = plan(args);
  } catch (error) {
    return rejection(error);
  }
  return it?.workspace.run(it.operation());
}
