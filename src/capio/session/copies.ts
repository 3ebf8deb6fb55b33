import { leaveOnce, leftByPreload, system } from "../platform/mod.ts";

/**
 * The form of the calls. It changes with their arguments and results, so that
 * copies that do not understand each other have nothing to do with each other.
 */
const FORM = 1;

/** The calls that this copy has left for others, if it is the first one. */
let own: object | undefined;

/**
 * Leaves the calls of this copy of the package for other copies in this thread,
 * and returns whether no other one has done so. A program under the published
 * preload, which is one file, that imports the package has two copies: they must
 * not replace the functions of `Deno` twice, nor have contexts of their own.
 */
export function isFirstCopy(calls: object): boolean {
  if (!leaveOnce({ form: FORM, calls, system })) return false;
  own = calls;
  return true;
}

/**
 * Returns the calls that the preload has left, `undefined` when it has run in
 * this copy, or not at all.
 */
export function callsOfOtherCopy<Calls extends object>(): Calls | undefined {
  const left = leftByPreload();
  if (own || left?.form !== FORM) return undefined;
  return left.calls as Calls;
}
