import { resolve } from "@std/path";
import { errorsAtCaller } from "../../internal/mod.ts";
import type { Call } from "../interpose/mod.ts";
import { builtin } from "../platform/mod.ts";
import { type NodeForms, type NodeFs, textOfPath } from "./forms/mod.ts";
import { directoryOfPrefix } from "./node_operations.ts";

const REMOVE = { force: true, maxRetries: 0, recursive: true, retryDelay: 0 };

/**
 * `fs.mkdtempDisposable`, which has no form with a callback. The runtime makes
 * and removes the directory with functions of its own.
 */
export function mkdtempDisposableForms(
  name: string,
  { find, original }: NodeFs,
): NodeForms {
  const fs = builtin("fs");
  const synchronous = original.functions[`${name}Sync`];
  const promise = original.promises[name];
  const isInside = (prefix: unknown) => {
    const text = textOfPath(prefix);
    return text ? find(directoryOfPrefix(text), true) !== undefined : false;
  };
  const sync: Call = (prefix, options) => {
    if (!isInside(prefix)) return synchronous(prefix, options);
    const path = fs.mkdtempSync(prefix as string, options as object);
    const directory = resolve(path);
    const remove = () => fs.rmSync(directory, REMOVE);
    return { path, remove, [Symbol.dispose]: remove };
  };
  const promised: Call = async (prefix, options) => {
    if (!isInside(prefix)) return promise(prefix, options);
    const path = await fs.promises.mkdtemp(prefix as string, options as object);
    const directory = resolve(path);
    const remove = () => fs.promises.rm(directory, REMOVE);
    return { path, remove, [Symbol.asyncDispose]: remove };
  };
  return { synchronous: sync, promise: errorsAtCaller(promised) };
}
