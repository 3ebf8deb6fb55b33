/**
 * What the calls of `Deno` do on paths inside a workspace: one generator each,
 * for the asynchronous and the synchronous form alike.
 *
 * @module
 */
import type { Operation } from "../effects.ts";
import type { Place, Workspace } from "../workspace.ts";
import {
  readFile,
  readTextFile,
  writeFile,
  writeTextFile,
} from "./contents.ts";
import { readDir, readDirSync } from "./list.ts";
import { lstat, stat } from "./look.ts";
import { mkdir, remove, rename } from "./names.ts";
import { create, open } from "./open.ts";

export { readDir, readDirSync };

/** A call on one path. */
export interface PathCall {
  readonly operation: (
    workspace: Workspace,
    place: Place,
    // Each takes what its original takes; nothing is checked before it is.
    // deno-lint-ignore no-explicit-any
    ...args: any[]
  ) => Operation<unknown>;
  /** Whether it means what a symbolic link points to, not the link. */
  readonly follows: boolean;
}

/** The calls on one path, each of which also has a form ending in `Sync`. */
export const PATH_CALLS: Readonly<Record<string, PathCall>> = {
  create: { operation: create, follows: true },
  lstat: { operation: lstat, follows: false },
  mkdir: { operation: mkdir, follows: false },
  open: { operation: open, follows: true },
  readFile: { operation: readFile, follows: true },
  readTextFile: { operation: readTextFile, follows: true },
  remove: { operation: remove, follows: false },
  stat: { operation: stat, follows: true },
  writeFile: { operation: writeFile, follows: true },
  writeTextFile: { operation: writeTextFile, follows: true },
};

/** A call on two paths. */
export interface PathPairCall {
  readonly operation: (
    workspace: Workspace,
    from: Place,
    to: Place,
  ) => Operation<unknown>;
}

/** The calls on two paths, each of which also has a form ending in `Sync`. */
export const PATH_PAIR_CALLS: Readonly<Record<string, PathPairCall>> = {
  rename: { operation: rename },
};
