/**
 * `node:fs` and `node:fs/promises` inside a context. Waiting and locating are
 * done by the operations that the calls of `Deno` use too; the original
 * function, called on the located path, makes the last step.
 *
 * @module
 */
import {
  type Call,
  type Finder,
  madeAtFirstCall,
  type Replacement,
} from "../interpose/mod.ts";
import {
  copyProperties,
  isFunction,
  nodeFinder,
  type NodeForms,
  OriginalFs,
  PROMISIFIED,
} from "./forms/mod.ts";
import { nodeForms } from "./node_calls.ts";
export { replaceStreams } from "./open_files/mod.ts";

/** The replaced functions, by the object that has them as properties. */
export interface NodeReplacements {
  /** Of the default export of `node:fs`. */
  readonly functions: readonly Replacement[];
  /** Of that of `node:fs/promises`, which the runtime loads now. */
  readonly promises: () => readonly Replacement[];
}

/**
 * Makes all replaced functions, for the paths that `findPath` finds. The forms
 * of each are made at its first call.
 */
export function nodeReplacements(
  findPath: Finder,
  fs: typeof import("node:fs"),
): NodeReplacements {
  const find = nodeFinder(findPath);
  const { original, calledBack } = OriginalFs.of(fs);
  const functions: Replacement[] = [];
  const forms = nodeForms({ find, original, calledBack });
  for (const [name, make] of forms) {
    const formOf = (form: keyof NodeForms, before: Call): Call =>
      madeAtFirstCall(() => make()[form] ?? before);
    const callback = original.functions[name];
    if (callback) {
      const call = formOf("callback", callback);
      copyProperties(call, callback, promisified(callback, make));
      functions.push({ name, call });
    }
    const sync = `${name}Sync`;
    const synchronous = original.functions[sync];
    if (synchronous) {
      const call = formOf("synchronous", synchronous);
      copyProperties(call, synchronous);
      functions.push({ name: sync, call });
    }
  }
  const promises = () =>
    [...forms].flatMap(([name, make]) => {
      const before = original.promises[name];
      if (!before) return [];
      return { name, call: madeAtFirstCall(() => make().promise ?? before) };
    });
  return { functions, promises };
}

/**
 * Returns the form for `util.promisify` of the few functions that have one of
 * their own.
 */
function promisified(
  callback: Call,
  make: () => NodeForms,
): Call | undefined {
  const before: unknown = Reflect.get(callback, PROMISIFIED);
  if (!isFunction(before)) return undefined;
  const call = madeAtFirstCall(() => make().promise ?? before);
  Object.defineProperty(call, "name", { value: before.name });
  Object.defineProperty(call, "length", { value: before.length });
  return call;
}
