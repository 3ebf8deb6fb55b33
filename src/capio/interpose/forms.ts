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
 * The form that returns a promise. For a path outside it is the original's own
 * promise, without a turn of the event loop in between.
 */
export const asynchronousForm: Form =
  (plan, original, options) => (...given) => {
    let args: unknown[];
    try {
      args = withPlainOptions(given, options);
    } catch (error) {
      return Promise.reject(error);
    }
    return begin(plan, args) ?? original(...args);
  };

/** The form that blocks until the operation has ended. */
export const synchronousForm: Form =
  (plan, original, options) => (...given) => {
    const args = withPlainOptions(given, options);
    const it = plan(args);
    return it ? it.workspace.runSync(it.operation()) : original(...args);
  };

/**
 * Makes a form at its first call: a program makes few of the calls that are
 * replaced at its start.
 */
export function madeAtFirstCall(make: () => Call): Call {
  let made: Call | undefined;
  return (...args) => (made ??= make())(...args);
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
    return Promise.reject(error);
  }
  return it?.workspace.run(it.operation());
}
