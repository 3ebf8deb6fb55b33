import {
  beforeLoading,
  rememberImmediate,
  type ReplaceProperty,
  SharedReplacement,
} from "../../internal/mod.ts";
import {
  type Call,
  chdirReplacement,
  denoReplacements,
  findActive,
  type Originals,
  type Replacement,
} from "../interpose/mod.ts";
import { nodeReplacements, replaceStreams } from "../node_fs/mod.ts";
import { builtin, countRevocations, noteRevocation } from "../platform/mod.ts";

const replacedFunctions = new SharedReplacement(install);

/** Options of {@linkcode replaceFunctions}. */
export interface ReplaceFunctionsOptions {
  /**
   * Whether the program is still to begin. Otherwise it may have references to
   * the streams of `node:fs` and to `node:fs/promises`, and these are replaced at
   * once.
   *
   * @default {false}
   */
  beforeProgram?: boolean;
}

/**
 * Replaces the functions of `Deno` and `node:fs`, and `process.chdir`, until
 * the result is disposed of. Several users share one replacement, which ends
 * with the last of them.
 */
export function replaceFunctions(
  { beforeProgram = false }: ReplaceFunctionsOptions = {},
): Disposable {
  const replaced = replacedFunctions.acquire();
  if (!beforeProgram) {
    const fs = builtin("fs");
    void fs.ReadStream;
    void fs.promises;
  }
  return replaced;
}

function install(replaceProperty: ReplaceProperty): Disposable {
  const replace = (owner: object, { name, call }: Replacement) => {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    if (!descriptor) return;
    // Some originals are accessors, which load a module when they are read.
    const { length } = descriptor.value ?? call;
    Object.defineProperty(call, "name", { value: name });
    Object.defineProperty(call, "length", { value: length });
    replaceProperty(owner, name, { value: call, writable: true });
  };
  const deno = Deno as unknown as Originals;
  for (const it of denoReplacements(findActive, deno)) replace(Deno, it);
  replace(Deno, chdirReplacement(findActive, Deno.chdir as Call));
  rememberImmediate();
  const fs = builtin("fs");
  const node = nodeReplacements(findActive, fs);
  for (const it of node.functions) replace(fs, it);
  // Most programs for Deno do not use them, and loading takes a millisecond.
  beforeLoading(fs, ["promises"], replaceProperty, () => {
    for (const it of node.promises()) replace(fs.promises, it);
  });
  replaceStreams(fs, replaceProperty);
  const process = builtin("process");
  replace(process, chdirReplacement(findActive, process.chdir as Call));
  const permissions = Object.getPrototypeOf(Deno.permissions);
  for (const name of ["revoke", "revokeSync"]) {
    replace(permissions, { name, call: noting(permissions[name]) });
  }
  return countRevocations();
}

/** Takes note of each call of a function that gives up a permission. */
function noting(revoke: Call): Call {
  return function (this: unknown, ...args) {
    try {
      return revoke.apply(this, args);
    } finally {
      noteRevocation();
    }
  };
}
