import { builtin } from "../platform/builtin.ts";
import {
  type Call,
  entering,
  type Originals,
  type Replacement,
  replacements,
} from "../interpose/deno_calls.ts";
import { findActive } from "../interpose/active_contexts.ts";
import { nodeReplacements } from "../node_fs/mod.ts";

/** A property of an object of the runtime, as it was. */
interface Replaced {
  readonly target: object;
  readonly name: string;
  readonly descriptor: PropertyDescriptor;
}

const replaced: Replaced[] = [];
let users = 0;

/**
 * Replaces the functions of `Deno` and `node:fs`, and `process.chdir`, until it
 * is disposed of.
 * While several have asked for it they are replaced once, and put back with
 * the last of them.
 */
export function replaceFunctions(): Disposable {
  if (users === 0) install();
  users++;
  let released = false;
  return {
    [Symbol.dispose]() {
      if (released) return;
      released = true;
      if (--users === 0) uninstall();
    },
  };
}

function install(): void {
  const present = { ...Deno } as unknown as Originals;
  for (const it of replacements(findActive, present)) replace(Deno, it);
  const fs = builtin("fs");
  const node = nodeReplacements(findActive, fs);
  for (const it of node.functions) replace(fs, it);
  for (const it of node.promises) replace(fs.promises, it);
  const process = builtin("process");
  replace(process, entering(findActive, process.chdir as Call));
}

function replace(target: object, { name, call }: Replacement): void {
  const descriptor = Object.getOwnPropertyDescriptor(target, name);
  if (!descriptor) return;
  replaced.push({ target, name, descriptor });
  const { enumerable, value } = descriptor;
  const { length } = value ?? call;
  Object.defineProperties(call, {
    name: { value: name },
    length: { value: length },
  });
  // Some are accessors, which load what they give when they are asked.
  const property = { value: call, enumerable, writable: true };
  Object.defineProperty(target, name, { ...property, configurable: true });
}

function uninstall(): void {
  for (const { target, name, descriptor } of replaced.splice(0)) {
    Object.defineProperty(target, name, descriptor);
  }
}
