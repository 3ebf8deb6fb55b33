import type { Dirent } from "node:fs";
import { isAbsolute, join } from "@std/path";
import {
  activeWorkspaces,
  allowed,
  type Finder,
  type Found,
  type Plan,
  synchronousForm,
} from "../interpose/mod.ts";
import {
  isUnknown,
  listBoth,
  LOOK,
  untilAnnouncedExists,
  untilListed,
} from "../operations/mod.ts";
import type { Workspace } from "../overlay/mod.ts";
import {
  act,
  builtin,
  childOf,
  lstatIfPresent,
  type Operation,
  SYSTEM_DIRECTORY,
} from "../platform/mod.ts";
import {
  argumentShape,
  callbackForm,
  type NodeForms,
  type NodeFs,
  type OriginalFs,
  textOfPath,
} from "./forms/mod.ts";

/** The options of `fs.glob`. */
interface GlobOptions {
  readonly cwd?: string | URL;
  readonly withFileTypes?: boolean;
  readonly exclude?: readonly string[] | ((entry: unknown) => unknown);
}

/** A pattern, divided at the last directory before a wildcard. */
interface Divided {
  /** The directory as results begin with it. */
  readonly prefix: string;
  readonly directory: string;
  /** The pattern below the directory. */
  readonly rest: string;
}

/** A search that begins in a workspace. */
interface InsideSearch {
  readonly divided: Divided;
  readonly found: Found;
  /** The one entry that a pattern without wildcards names. */
  readonly entry?: Found;
}

/** A search that is left to the original. */
interface OutsideSearch {
  readonly pattern: string;
}

type Search = InsideSearch | OutsideSearch;

const MAGIC = /[*?[\]{}()!+@|\\]/;

let isTold = false;

/**
 * `fs.glob`, whose promise form is an iterator. The runtime searches with
 * functions of its own, so it searches both trees, from the last directory
 * before a wildcard on.
 */
export function globForms(
  name: string,
  { find, original }: NodeFs,
): NodeForms {
  const { functions, promises } = original;
  const plan = globPlan(find, original);
  return {
    callback: callbackForm(plan, functions.glob, argumentShape(name)),
    synchronous: synchronousForm(plan, functions.globSync),
    promise: (...args) => {
      const it = plan(args);
      if (!it) return promises.glob(...args);
      return (async function* () {
        yield* await it.workspace.run(it.operation()) as unknown[];
      })();
    },
  };
}

function globPlan(find: Finder, original: OriginalFs): Plan {
  return ([given, options]) => {
    const patterns = Array.isArray(given) ? given : [given];
    if (activeWorkspaces().length === 0) return undefined;
    if (!patterns.every((it) => typeof it === "string")) return undefined;
    const plain = plainOptions(options);
    const cwd = plain && textOfPath(plain.cwd ?? Deno.cwd());
    if (cwd === undefined) return undefined;
    const searches = patterns.map((it) => searchOf(find, it, cwd));
    const inside = searches.flatMap((it) => "found" in it ? [it.found] : []);
    return inside[0] && {
      workspace: inside[0].workspace,
      operation: () => globAll(original, searches, plain ?? {}),
    };
  };
}

/** Reads the options, once; `undefined` for what the original may refuse. */
function plainOptions(options: unknown = {}): GlobOptions | undefined {
  if (typeof options !== "object" || options === null) return undefined;
  const { cwd, withFileTypes, exclude }: GlobOptions = options;
  const isTaken = exclude === undefined || typeof exclude === "function" ||
    Array.isArray(exclude) && exclude.every((it) => typeof it === "string");
  return isTaken ? { cwd, withFileTypes, exclude } : undefined;
}

function searchOf(find: Finder, pattern: string, cwd: string): Search {
  const divided = divide(pattern, cwd);
  const { directory, rest } = divided;
  const found = allowed(find(directory, true), LOOK);
  if (found) {
    const entry = MAGIC.test(rest) || rest === ""
      ? undefined
      : find(`${directory}/${rest}`, true);
    return { divided, found, entry };
  }
  const directories = activeWorkspaces().map(({ folder }) => folder.capioDir);
  if (directories.some((it) => isBelow(it, directory))) tell(pattern);
  return { pattern };
}

function divide(pattern: string, cwd: string): Divided {
  const names = pattern.split("/");
  const wildcard = names.findIndex((name) => MAGIC.test(name));
  const last = names.at(-1) === "" ? names.length - 2 : names.length - 1;
  const at = Math.max(0, wildcard < 0 ? last : wildcard);
  const head = names.slice(0, at).join("/");
  const prefix = head === "" && isAbsolute(pattern) ? "/" : join(head, ".");
  const directory = isAbsolute(prefix) ? prefix : join(cwd, prefix);
  return { prefix, directory, rest: names.slice(at).join("/") };
}

/** Returns whether a directory lies below another one. */
function isBelow(directory: string, above: string): boolean {
  const top = join(above, ".");
  return directory.startsWith(top.endsWith("/") ? top : `${top}/`);
}

function tell(pattern: string): void {
  if (isTold) return;
  isTold = true;
  console.warn(
    `sluice: glob("${pattern}") sees only the files on disk, for a wildcard stands before the directory of the workflow. Search from that directory on`,
  );
}

function* globAll(
  original: OriginalFs,
  searches: readonly Search[],
  options: GlobOptions,
): Operation<unknown[]> {
  const all = new Map<string, unknown>();
  for (const search of searches) {
    const results = "found" in search
      ? yield* globInside(original, search, options)
      : yield* glob(original, search.pattern, options);
    for (const it of results) {
      const key = keyOf(it);
      if (!all.has(key)) all.set(key, it);
    }
  }
  return [...all.values()];
}

function* globInside(
  original: OriginalFs,
  { divided: { prefix, rest }, found, entry }: InsideSearch,
  { cwd, exclude, withFileTypes }: GlobOptions,
): Operation<unknown[]> {
  const { workspace } = found;
  if (entry) yield* untilAnnouncedExists(entry.workspace, entry.place);
  const { path } = yield* untilAnnouncedExists(workspace, found.place);
  if (!workspace.trees.isDirectory(path)) {
    if (!workspace.trees.exists(path)) workspace.workflow.answers.missed(path);
    return [];
  }
  if (!entry) yield* untilAllListed(workspace, path, depthOf(rest));
  const isLeftOut = excluding(exclude);
  if (isLeftOut(prefix)) return [];
  // The original asks for the names before the first wildcard, too.
  if (typeof exclude === "function" && !withFileTypes) {
    const names = prefix.split("/").filter((it) => !/^\.{0,2}$/.test(it));
    if (names.some((name) => exclude(name))) return [];
  }
  const { folder } = workspace;
  const results: unknown[] = [];
  for (const tree of folder.trees(path)) {
    workspace.spoolWays.checkLocation(tree);
    if (!lstatIfPresent(tree)) continue;
    const all = yield* glob(original, rest, {
      cwd: tree,
      ...(withFileTypes !== undefined && { withFileTypes }),
      ...(typeof exclude === "function" && { exclude }),
    });
    for (const it of all) {
      const below = isDirent(it)
        ? join(it.parentPath.slice(tree.length + 1), it.name)
        : String(it);
      if (!isShown(workspace, below === "." ? path : childOf(path, below))) {
        continue;
      }
      const result = join(prefix, below);
      if (isLeftOut(result)) continue;
      if (isDirent(it)) it.parentPath = join(String(cwd ?? ""), result, "..");
      results.push(isDirent(it) ? it : result);
    }
  }
  return results;
}

/** Waits until the directory, and those below it, are complete. */
function* untilAllListed(
  workspace: Workspace,
  path: string,
  depth: number,
): Operation<void> {
  const found = workspace.find(workspace.folder.real(path));
  if (!found) return;
  yield* untilListed(workspace, found);
  if (depth <= 1) return;
  for (const { name, isDirectory } of listBoth(workspace, path).values()) {
    if (!isDirectory) continue;
    yield* untilAllListed(workspace, childOf(path, name), depth - 1);
  }
}

/** Returns how many directories deep a pattern looks. */
function depthOf(pattern: string): number {
  const names = pattern.split("/");
  const isDeep = names.includes("**") || /[{(]/.test(pattern);
  return isDeep ? Infinity : names.length;
}

/** Returns whether the workflow knows of an entry, which is none of sluice's own. */
function isShown(workspace: Workspace, path: string): boolean {
  const [first] = path.split("/", 1);
  if (path === "" || first === SYSTEM_DIRECTORY) return path === "";
  if (!isUnknown(workspace, path)) return true;
  // It may have been found through a link.
  const found = workspace.find(workspace.folder.real(path), false);
  return found !== undefined && found.path !== path &&
    !isUnknown(workspace, found.path);
}

/** Tells what the patterns of `exclude` leave out, with all below it. */
function excluding(exclude: GlobOptions["exclude"]): (path: string) => boolean {
  if (!exclude || typeof exclude === "function") return () => false;
  const { matchesGlob } = builtin("path");
  return (path) => {
    const names = path.split("/");
    return exclude.some((pattern) =>
      names.some((_, index) =>
        matchesGlob(names.slice(0, index + 1).join("/"), pattern)
      )
    );
  };
}

function glob(
  { functions }: OriginalFs,
  pattern: string,
  options: object,
): Operation<unknown[]> {
  return act(
    () =>
      new Promise((resolve, reject) =>
        functions.glob(
          pattern,
          options,
          (error: unknown, found: unknown[]) =>
            error ? reject(error) : resolve(found),
        )
      ),
    () => functions.globSync(pattern, options) as unknown[],
    { inSteps: true },
  );
}

/** Returns what tells a result from any other. */
function keyOf(result: unknown): string {
  return isDirent(result)
    ? join(result.parentPath, result.name)
    : String(result);
}

function isDirent(entry: unknown): entry is Dirent {
  return typeof entry === "object" && entry !== null && "parentPath" in entry;
}
