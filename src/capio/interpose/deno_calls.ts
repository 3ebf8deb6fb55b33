import {
  type Access,
  accessOfOpen,
  chdir,
  chmod,
  chown,
  copyFile,
  create,
  type Endpoint,
  link,
  LOOK,
  lstat,
  MAKE,
  MAKE_ANY,
  makeTempDir,
  makeTempFile,
  mkdir,
  open,
  READ,
  READ_AND_WRITE,
  readDir,
  readDirSync,
  readFile,
  readLink,
  readTextFile,
  realPath,
  REMOVE,
  remove,
  rename,
  stat,
  symlink,
  truncate,
  utime,
  watchFs,
  WRITE,
  writeFile,
  writeTextFile,
} from "../operations/mod.ts";
import type { Follows, Place, Workspace } from "../overlay/mod.ts";
import type { FileSystemCalls, Operation } from "../platform/mod.ts";
import { allowed, type Finder, textOnly } from "./finder.ts";
import {
  asynchronousForm,
  type Call,
  type Originals,
  synchronousForm,
} from "./forms.ts";
import { type PathUse, type Plan, planned, planPair } from "./plan.ts";

type Name = keyof FileSystemCalls;
/** Calls whose operation runs asynchronously and, in the `Sync` form, blocks. */
type OperationName = Exclude<
  { [K in Name]: `${K}Sync` extends Name ? K : never }[Name],
  "readDir"
>;
/** Calls that return something to iterate at once. */
type IterationName = Exclude<Name, OperationName | `${OperationName}Sync`>;

/**
 * Every call of `Deno` that is replaced, with the operation that does it and
 * the access that it needs. A call in `FileSystemCalls` that is forgotten here
 * does not compile.
 */
const OPERATIONS: { readonly [K in OperationName]: (find: Finder) => Plan } = {
  chmod: onePath(chmod, { access: WRITE }),
  chown: onePath(chown, { access: WRITE }),
  copyFile: twoPaths(copyFile, { access: READ }, { access: WRITE }),
  create: onePath(create, { access: READ_AND_WRITE }),
  // Deno's own takes no URL.
  link: takingText(twoPaths(
    link,
    { access: READ_AND_WRITE, follows: false },
    { access: READ_AND_WRITE, follows: false },
  )),
  lstat: onePath(lstat, { access: LOOK, follows: "slash" }),
  makeTempDir: inDirectory(makeTempDir),
  makeTempFile: inDirectory(makeTempFile),
  mkdir: onePath(mkdir, { access: MAKE, follows: false }),
  open: onePath(open, { access: accessOfOpen, follows: unlessNew }),
  readFile: onePath(readFile, { access: READ }),
  readLink: onePath(readLink, { access: LOOK, follows: "slash" }),
  readTextFile: onePath(readTextFile, { access: READ }),
  realPath: onePath(realPath, { access: LOOK }),
  remove: onePath(remove, { access: REMOVE, follows: false }),
  rename: twoPaths(
    rename,
    { access: READ_AND_WRITE, follows: false },
    { access: WRITE, follows: false },
  ),
  stat: onePath(stat, { access: LOOK }),
  symlink: symlinkPlan,
  // Deno's own truncates no file through a link, and takes no URL.
  truncate: takingText(onePath(truncate, { access: WRITE, follows: false })),
  utime: onePath(utime, { access: WRITE }),
  writeFile: onePath(writeFile, { access: WRITE, follows: unlessNew }),
  writeTextFile: onePath(writeTextFile, { access: WRITE, follows: unlessNew }),
};

/** The same for the calls that return something to iterate. */
const ITERATIONS: {
  readonly [K in IterationName]: (find: Finder, original: Call) => Call;
} = {
  readDir: listing(readDir),
  readDirSync: listing(readDirSync),
  watchFs: watching,
};

/** A function that takes the place of one of the runtime. */
export interface Replacement {
  readonly name: string;
  readonly call: Call;
}

/**
 * Makes the replaced calls of `Deno`, for the paths that `find` finds. For any
 * other path they call the originals; also for a call that the process may not
 * make, which Deno then refuses itself.
 */
export function* denoReplacements(
  find: Finder,
  originals: Originals,
): Generator<Replacement> {
  for (const [name, planFor] of Object.entries(OPERATIONS)) {
    const plan = planFor(find);
    const sync = `${name}Sync`;
    yield { name, call: asynchronousForm(plan, originals[name]) };
    yield { name: sync, call: synchronousForm(plan, originals[sync]) };
  }
  for (const [name, callFor] of Object.entries(ITERATIONS)) {
    yield { name, call: callFor(find, originals[name]) };
  }
}

/** The replacement of `chdir`, of `Deno` and of `process`. */
export function chdirReplacement(find: Finder, original: Call): Replacement {
  return {
    name: "chdir",
    call(directory) {
      const found = allowed(find(directory, true), LOOK);
      if (!found) return original(directory);
      return chdir(found.workspace, found.place, original);
    },
  };
}

/** The use of a path where it may depend on the options of the call. */
interface UseByOptions {
  readonly access: Access | ((options?: Deno.OpenOptions) => Access);
  readonly follows?: Follows | ((options?: Deno.OpenOptions) => Follows);
}

/** A call whose first argument is its path. */
function onePath<Args extends unknown[]>(
  operation: (
    workspace: Workspace,
    place: Place,
    ...args: Args
  ) => Operation<unknown>,
  { access, follows = true }: UseByOptions,
): (find: Finder) => Plan {
  return (find) => (args) => {
    // Options come last, and no other argument has what is read of them.
    const last = args.length > 1 ? args.at(-1) : undefined;
    const options = last as Deno.OpenOptions | undefined;
    const found = allowed(
      find(args[0], typeof follows === "function" ? follows(options) : follows),
      typeof access === "function" ? access(options) : access,
    );
    // The operation checks its arguments as the original does.
    return planned(
      found,
      ({ workspace, place }) =>
        operation(workspace, place, ...args.slice(1) as Args),
    );
  };
}

/** A file that must not exist yet takes the place of no link. */
function unlessNew(options?: Deno.OpenOptions): boolean {
  return !options?.createNew;
}

/** A call whose first two arguments are paths. */
function twoPaths(
  operation: (from: Endpoint, to: Endpoint) => Operation<unknown>,
  from: PathUse,
  to: PathUse,
): (find: Finder) => Plan {
  return (find) => (args) =>
    planPair(find, args, from, to, (from, to) => operation(from, to));
}

function takingText(planFor: (find: Finder) => Plan): (find: Finder) => Plan {
  return (find) => planFor(textOnly(find));
}

/** A call that makes something with a random name in its option `dir`. */
function inDirectory(
  operation: typeof makeTempDir,
): (find: Finder) => Plan {
  return (find) => ([options]) => {
    const { dir } = (options ?? {}) as Deno.MakeTempOptions;
    if (!dir) return undefined;
    return planned(
      allowed(textOnly(find)(dir, true), MAKE_ANY),
      ({ workspace, place }) =>
        operation(workspace, place, options as Deno.MakeTempOptions),
    );
  };
}

/** `symlink`, whose second argument is the path that it makes. */
function symlinkPlan(find: Finder): Plan {
  return ([target, path, options]) =>
    planned(
      allowed(find(path, false), READ_AND_WRITE),
      ({ workspace, place }) =>
        symlink(
          workspace,
          place,
          target as string,
          options as Deno.SymlinkOptions,
        ),
    );
}

function listing(
  list: (workspace: Workspace, place: Place) => unknown,
): (find: Finder, original: Call) => Call {
  return (find, original) => (path) => {
    const found = allowed(find(path, true), LOOK);
    return found ? list(found.workspace, found.place) : original(path);
  };
}

/** `watchFs`, of whose paths some may lie inside and others outside. */
function watching(find: Finder, original: Call): Call {
  const findText = textOnly(find);
  return (paths, options) => {
    const all = Array.isArray(paths) ? paths as string[] : [paths as string];
    const found = all.map((path) => allowed(findText(path, true), LOOK));
    const inside = found.filter((it) => it !== undefined);
    if (inside.length === 0) return original(paths, options);
    return watchFs(
      inside[0].workspace,
      inside.map(({ place }) => place),
      all.filter((_, index) => !found[index]),
      options as { recursive: boolean },
    );
  };
}
