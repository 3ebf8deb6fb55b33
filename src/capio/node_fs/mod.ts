/**
 * `node:fs` and `node:fs/promises` inside a context. Waiting and locating are
 * the operations' that the calls of `Deno` consist of; the original function,
 * called on the located path, does the rest.
 *
 * @module
 */
import {
  asynchronousForm,
  type Call,
  type Finder,
  type Replacement,
  synchronousForm,
} from "../interpose/deno_calls.ts";
import { descriptorReplacements } from "./descriptors.ts";
import { existsForm, existsPlan } from "./exists.ts";
import { callbackForm, dress, PROMISIFIED } from "./forms.ts";
import { nodeFinder, nodePlans } from "./node_calls.ts";
import { openDescriptorPlan, openHandlePlan } from "./opening.ts";
import { OriginalFs } from "./original_fs.ts";
import { streamReplacements } from "./streams.ts";

/** What takes the place of functions, by the object that they are found on. */
export interface NodeReplacements {
  /** On the default export of `node:fs`. */
  readonly functions: readonly Replacement[];
  /** On that of `node:fs/promises`. */
  readonly promises: readonly Replacement[];
}

/** All functions, for the paths that `findActive` finds. */
export function nodeReplacements(
  findActive: Finder,
  fs: typeof import("node:fs"),
): NodeReplacements {
  const find = nodeFinder(findActive);
  const original = new OriginalFs(fs, false);
  const calledBack = new OriginalFs(fs, true);
  const promises = new Map<string, Replacement>();
  const functions = new Map<string, Replacement>();
  const add = (it: Replacement) => functions.set(it.name, it);

  for (const [name, plan] of nodePlans(find, original)) {
    promises.set(name, asynchronousForm(name, plan, original.promises[name]));
    const sync = `${name}Sync`;
    add(synchronousForm(sync, plan, original.functions[sync]));
  }
  for (const [name, plan] of nodePlans(find, calledBack)) {
    add(callbackForm(name, plan, original.functions[name]));
  }
  const openHandle = openHandlePlan(find, original);
  promises.set(
    "open",
    asynchronousForm("open", openHandle, original.promises.open),
  );
  const openNumber = openDescriptorPlan(find, original);
  add(callbackForm("open", openNumber, original.functions.open));
  add(synchronousForm("openSync", openNumber, original.functions.openSync));
  const exists = existsPlan(find, original);
  const promised = Reflect.get(original.functions.exists, PROMISIFIED) as Call;
  promises.set("exists", asynchronousForm("exists", exists, promised));
  add(existsForm(exists, original.functions.exists));
  add(synchronousForm("existsSync", exists, original.functions.existsSync));
  for (const it of descriptorReplacements(original)) add(it);
  for (const { name, call } of functions.values()) {
    dress(call, original.functions[name], promises.get(name)?.call);
  }
  const inside = Object.fromEntries(
    [...functions.values()].map(({ name, call }) => [name, call]),
  );
  for (const it of streamReplacements(find, original, inside)) add(it);
  return {
    functions: [...functions.values()],
    promises: [...promises.values()],
  };
}
