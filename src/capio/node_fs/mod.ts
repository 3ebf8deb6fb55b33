/**
 * `node:fs` and `node:fs/promises` inside a context. Waiting and locating are
 * done by the operations that the calls of `Deno` use too; the original
 * function, called on the located path, makes the last step.
 *
 * @module
 */
import type { Call, Finder, Replacement } from "../interpose/mod.ts";
import { copyProperties, nodeFinder, OriginalFs } from "./forms/mod.ts";
import { nodeForms } from "./node_calls.ts";
export { replaceStreams } from "./open_files/mod.ts";

/** The replaced functions, by the object that has them as properties. */
export interface NodeReplacements {
  /** Of the default export of `node:fs`. */
  readonly functions: readonly Replacement[];
  /** Of that of `node:fs/promises`. */
  readonly promises: readonly Replacement[];
}

/** Makes all replaced functions, for the paths that `findPath` finds. */
export function nodeReplacements(
  findPath: Finder,
  fs: typeof import("node:fs"),
): NodeReplacements {
  const find = nodeFinder(findPath);
  const original = new OriginalFs(fs, false);
  const calledBack = new OriginalFs(fs, true);
  const functions: Record<string, Call> = {};
  const promises: Record<string, Call> = {};
  const forms = nodeForms({ find, original, calledBack });
  for (const [name, { callback, synchronous, promise }] of forms) {
    const sync = `${name}Sync`;
    if (promise) promises[name] = promise;
    if (callback) {
      copyProperties(callback, original.functions[name], promise);
      functions[name] = callback;
    }
    if (synchronous) {
      copyProperties(synchronous, original.functions[sync]);
      functions[sync] = synchronous;
    }
  }
  return {
    functions: replacementsOf(functions),
    promises: replacementsOf(promises),
  };
}

function replacementsOf(calls: Record<string, Call>): Replacement[] {
  return Object.entries(calls).map(([name, call]) => ({ name, call }));
}
