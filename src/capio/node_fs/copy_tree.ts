import type { Dirent, Stats } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "@std/path";
import { act, builtin, isAbsence, type Operation } from "../platform/mod.ts";
import { copyError } from "./copy_error.ts";

/** Options of `fs.cp`, checked by the original. */
export interface CopyTreeOptions {
  readonly dereference?: boolean;
  readonly errorOnExist?: boolean;
  readonly filter?: (
    source: string,
    target: string,
  ) => boolean | Promise<boolean>;
  readonly force?: boolean;
  readonly mode?: number;
  readonly preserveTimestamps?: boolean;
  readonly recursive?: boolean;
  readonly verbatimSymlinks?: boolean;
}

/** An entry to copy, and what lies at its target. */
interface Step {
  readonly source: string;
  readonly target: string;
  readonly from: Stats;
  readonly to: Stats | undefined;
}

/**
 * `fs.cp` through the replaced functions, each of which finds its path inside a
 * workspace or outside. The original would call those of the runtime.
 */
export function* copyTree(
  source: string,
  target: string,
  options: CopyTreeOptions,
): Operation<void> {
  const step = yield* checked(source, target, options);
  if (!(yield* isWanted(source, target, options))) return;
  const parent = dirname(target);
  if (!(yield* statsOf("stat", parent))) {
    yield* callFs("mkdir", parent, { recursive: true });
  }
  yield* copyEntry(step, options);
}

/** Looks at both ends, and refuses what cannot be copied. */
function* checked(
  source: string,
  target: string,
  { dereference, recursive }: CopyTreeOptions,
): Operation<Step> {
  const look = dereference ? "stat" : "lstat";
  const from = yield* callFs<Stats>(look, source);
  const to = yield* statsOf(look, target);
  const isDirectory = from.isDirectory();
  if (to && to.ino === from.ino && to.dev === from.dev) {
    throw copyError("same", source, target);
  }
  if (to && isDirectory && !to.isDirectory()) {
    throw copyError("directoryOverFile", source, target);
  }
  if (to?.isDirectory() && !isDirectory) {
    throw copyError("fileOverDirectory", source, target);
  }
  if (isDirectory && isBelow(target, source)) {
    throw copyError("below", source, target);
  }
  if (isDirectory && !recursive) throw copyError("directory", source, target);
  return { source, target, from, to };
}

function* copyEntry(step: Step, options: CopyTreeOptions): Operation<void> {
  const { from } = step;
  if (from.isDirectory()) yield* copyDirectory(step, options);
  else if (from.isSymbolicLink()) yield* copyLink(step, options);
  else yield* copyOneFile(step, options);
}

function* copyDirectory(
  { source, target, from, to }: Step,
  options: CopyTreeOptions,
): Operation<void> {
  if (!to) yield* callFs("mkdir", target);
  const entries = yield* callFs<Dirent[]>("readdir", source, {
    withFileTypes: true,
  });
  for (const { name } of entries) {
    const [inner, place] = [join(source, name), join(target, name)];
    if (!(yield* isWanted(inner, place, options))) continue;
    yield* copyEntry(yield* checked(inner, place, options), options);
  }
  // At the end: the mode may close the directory.
  if (!to) yield* callFs("chmod", target, from.mode);
}

function* copyOneFile(
  { source, target, from, to }: Step,
  { force = true, errorOnExist, mode, preserveTimestamps }: CopyTreeOptions,
): Operation<void> {
  if (to && !force) {
    if (errorOnExist) throw copyError("exists", source, target);
    return;
  }
  if (to) yield* callFs("unlink", target);
  yield* callFs("copyFile", source, target, mode ?? 0);
  if (preserveTimestamps) {
    // Reading it has changed the time of the last access.
    const { atime, mtime } = yield* callFs<Stats>("stat", source);
    yield* callFs("utimes", target, atime, mtime);
  }
  yield* callFs("chmod", target, from.mode);
}

function* copyLink(
  { source, target, to }: Step,
  { verbatimSymlinks }: CopyTreeOptions,
): Operation<void> {
  const leadsTo = yield* callFs<string>("readlink", source);
  const isKept = verbatimSymlinks || isAbsolute(leadsTo);
  const link = isKept ? leadsTo : resolve(dirname(source), leadsTo);
  if (to?.isSymbolicLink()) {
    const old = resolve(
      dirname(target),
      yield* callFs<string>("readlink", target),
    );
    const whole = yield* callFs<Stats>("stat", source);
    if (whole.isDirectory() && isBelow(old, resolve(link))) {
      throw copyError("linkBelow", resolve(link), old, target);
    }
  }
  if (to) yield* callFs("unlink", target);
  yield* callFs("symlink", link, target);
}

function* isWanted(
  source: string,
  target: string,
  { filter }: CopyTreeOptions,
): Operation<boolean> {
  if (!filter) return true;
  return yield* act(
    async () => Boolean(await filter(source, target)),
    () => Boolean(filter(source, target)),
    { inSteps: true },
  );
}

/** Returns whether a path lies below another one, which may be the same. */
function isBelow(path: string, directory: string): boolean {
  return `${resolve(path)}/`.startsWith(`${resolve(directory)}/`);
}

function* statsOf(
  look: "stat" | "lstat",
  path: string,
): Operation<Stats | undefined> {
  try {
    return yield* callFs<Stats>(look, path);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** Calls a function of `node:fs` as it is now, as the program would. */
function callFs<T = void>(name: string, ...args: unknown[]): Operation<T> {
  type Functions = Record<string, (...args: unknown[]) => unknown>;
  const fs = builtin("fs");
  const functions = fs as unknown as Functions;
  const promises = fs.promises as unknown as Functions;
  return act(
    () => promises[name](...args) as Promise<T>,
    () => functions[`${name}Sync`](...args) as T,
    { inSteps: true },
  );
}
