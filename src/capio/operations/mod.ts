/**
 * What the calls of `Deno` do on paths inside a workspace: one generator each,
 * for the asynchronous and the synchronous form alike.
 *
 * @module
 */
import type { Operation } from "../platform/effects.ts";
import type { Follows, Place } from "../overlay/place.ts";
import type { Workspace } from "../overlay/workspace.ts";
import {
  type Access,
  accessOfOpen,
  LOOK,
  MAKE,
  MAKE_ANY,
  READ,
  READ_AND_WRITE,
  REMOVE,
  WRITE,
} from "./access.ts";
import { chmod, chown, truncate, utime } from "./attributes.ts";
import {
  readFile,
  readTextFile,
  writeFile,
  writeTextFile,
} from "./write_file.ts";
import { copyFile } from "./copy.ts";
import type { Endpoint } from "./endpoint.ts";
import { enter } from "./chdir.ts";
import { link, readLink, realPath, symlink } from "./links.ts";
import { readDir, readDirSync } from "./read_dir.ts";
import { lstat, stat } from "./stat.ts";
import { mkdir, remove } from "./mkdir.ts";
import { create, open } from "./open.ts";
import { rename } from "./rename.ts";
import { makeTempDir, makeTempFile } from "./temporary.ts";
import { watchFs } from "./watch_fs.ts";

export { type Access, LOOK, MAKE_ANY, READ_AND_WRITE };
export type { Endpoint };
export { enter, readDir, readDirSync, symlink, watchFs };

/** A call on one path. */
export interface PathCall {
  // Each takes what its original takes; nothing is checked before it is.
  readonly operation: (
    workspace: Workspace,
    place: Place,
    // deno-lint-ignore no-explicit-any
    ...args: any[]
  ) => Operation<unknown>;
  /** Whether it means what a symbolic link points to, not the link. */
  readonly follows: (options?: Deno.OpenOptions) => Follows;
  /** What it does, which may depend on its options. */
  readonly access: (options?: Deno.OpenOptions) => Access;
  /** Whether Deno's takes no URL. */
  readonly isTextOnly?: true;
}

const read = () => READ;
const write = () => WRITE;
const readAndWrite = () => READ_AND_WRITE;
const look = () => LOOK;
const make = () => MAKE;
const removal = () => REMOVE;

const always = () => true;
const never = () => false;
const slash = () => "slash" as const;
/** What is to be made anew takes the place of no link. */
const unlessNew = (options?: Deno.OpenOptions) => !options?.createNew;

/** The calls on one path, each of which also has a form ending in `Sync`. */
export const PATH_CALLS: Readonly<Record<string, PathCall>> = {
  chmod: { operation: chmod, follows: always, access: write },
  chown: { operation: chown, follows: always, access: write },
  create: { operation: create, follows: always, access: readAndWrite },
  lstat: { operation: lstat, follows: slash, access: look },
  mkdir: { operation: mkdir, follows: never, access: make },
  open: {
    operation: open,
    follows: unlessNew,
    access: (options) => accessOfOpen(options ?? { read: true }),
  },
  readFile: { operation: readFile, follows: always, access: read },
  readLink: { operation: readLink, follows: slash, access: look },
  readTextFile: { operation: readTextFile, follows: always, access: read },
  realPath: { operation: realPath, follows: always, access: look },
  remove: { operation: remove, follows: never, access: removal },
  stat: { operation: stat, follows: always, access: look },
  // Deno's own truncates no file through a link.
  truncate: {
    operation: truncate,
    follows: never,
    access: write,
    isTextOnly: true,
  },
  utime: { operation: utime, follows: always, access: write },
  writeFile: { operation: writeFile, follows: unlessNew, access: write },
  writeTextFile: {
    operation: writeTextFile,
    follows: unlessNew,
    access: write,
  },
};

/** What a call on two paths does to them. */
export interface PathPairAccess {
  /** Whether the first path means what a symbolic link points to. */
  readonly followsFrom: boolean;
  /** Whether the second does. */
  readonly followsTo: boolean;
  readonly accessFrom: Access;
  readonly accessTo: Access;
}

/** A call on two paths. */
interface PathPairCall extends PathPairAccess {
  readonly operation: (from: Endpoint, to: Endpoint) => Operation<unknown>;
  /** Whether Deno's takes no URL. */
  readonly isTextOnly?: true;
}

/** The calls on two paths, each of which also has a form ending in `Sync`. */
export const PATH_PAIR_CALLS: Readonly<Record<string, PathPairCall>> = {
  copyFile: {
    operation: copyFile,
    followsFrom: true,
    followsTo: true,
    accessFrom: READ,
    accessTo: WRITE,
  },
  link: {
    operation: link,
    followsFrom: false,
    followsTo: false,
    accessFrom: READ_AND_WRITE,
    accessTo: READ_AND_WRITE,
    isTextOnly: true,
  },
  rename: {
    operation: rename,
    followsFrom: false,
    followsTo: false,
    accessFrom: READ_AND_WRITE,
    accessTo: WRITE,
  },
};

/** The calls that make something of a random name in a directory. */
export const TEMPORARY_CALLS: Readonly<
  Record<string, typeof makeTempFile | typeof makeTempDir>
> = { makeTempDir, makeTempFile };
