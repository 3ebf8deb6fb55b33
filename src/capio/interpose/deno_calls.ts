import {
  type Access,
  accessOfOpen,
  accessOfWrite,
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
  MAKE_LINK,
  makeTempDir,
  makeTempFile,
  mkdir,
  MOVE_FROM,
  MOVE_TO,
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
  type WatchOptions,
  WRITE,
  writeFile,
  writeTextFile,
} from "../operations/mod.ts";
import type { Place, Workspace } from "../overlay/mod.ts";
import type { FileSystemCalls, Operation } from "../platform/mod.ts";
import { allowed, type Finder, textOnly } from "./finder.ts";
import {
  asynchronousForm,
  type Call,
  madeAtFirstCall,
  type Originals,
  synchronousForm,
} from "./forms.ts";
import {
  type OptionsArgument,
  optionsAt,
  withPlainOptions,
} from "./options_argument.ts";
import { type PathUse, type Plan, planned, planPair } from "./plan.ts";

type Name = keyof FileSystemCalls;
/** Calls whose operation runs asynchronously and, in the `Sync` form, blocks. */
type OperationName = Exclude<
  { [K in Name]: `${K}Sync` extends Name ? K : never }[Name],
  "readDir"
>;
/** Calls that return something to iterate at once. */
type IterationName = Exclude<Name, OperationName | `${OperationName}Sync`>;

/** A call, and its options where it has some. */
interface DenoCall {
  readonly plan: (find: Finder) => Plan;
  readonly options?: OptionsArgument;
  /** How many arguments the synchronous form takes, if it ignores some. */
  readonly taken?: number;
}

const OPEN_OPTIONS = optionsAt<Deno.OpenOptions>(1, {
  read: true,
  write: true,
  append: true,
  truncate: true,
  create: true,
  createNew: true,
  mode: true,
});
const WRITE_OPTIONS = optionsAt<Deno.WriteFileOptions>(2, {
  append: true,
  create: true,
  createNew: true,
  mode: true,
  signal: true,
});
const TEMPORARY_OPTIONS = optionsAt<Deno.MakeTempOptions>(0, {
  dir: true,
  prefix: true,
  suffix: true,
});
const WATCH_OPTIONS: OptionsArgument = {
  at: 1,
  names: ["recursive", "ignore"],
};
/** A synchronous read has no options. */
const READ_OPTIONS = {
  options: optionsAt<Deno.ReadFileOptions>(1, { signal: true }),
  taken: 1,
};

/**
 * Every call of `Deno` that is replaced, with the operation that does it and
 * the access that it needs. A call in `FileSystemCalls` that is forgotten here
 * does not compile.
 */
const OPERATIONS: { readonly [K in OperationName]: DenoCall } = {
  chmod: { plan: onePath(chmod, { access: WRITE }) },
  chown: { plan: onePath(chown, { access: WRITE }) },
  copyFile: { plan: twoPaths(copyFile, { access: READ }, { access: WRITE }) },
  create: { plan: onePath(create, { access: READ_AND_WRITE }) },
  link: {
    plan: betweenTexts(twoPaths(
      link,
      { access: READ_AND_WRITE, follows: false },
      { access: MAKE_LINK, follows: false },
    )),
  },
  lstat: { plan: onePath(lstat, { access: LOOK, follows: "slash" }) },
  makeTempDir: { plan: inDirectory(makeTempDir), options: TEMPORARY_OPTIONS },
  makeTempFile: { plan: inDirectory(makeTempFile), options: TEMPORARY_OPTIONS },
  mkdir: {
    plan: onePath(mkdir, { access: MAKE, follows: false }),
    options: optionsAt<Deno.MkdirOptions>(1, { recursive: true, mode: true }),
  },
  open: {
    plan: byOptions(open, { access: accessOfOpen, at: 1 }),
    options: OPEN_OPTIONS,
  },
  readFile: { plan: onePath(readFile, { access: READ }), ...READ_OPTIONS },
  readLink: { plan: onePath(readLink, { access: LOOK, follows: "slash" }) },
  readTextFile: {
    plan: onePath(readTextFile, { access: READ }),
    ...READ_OPTIONS,
  },
  realPath: { plan: onePath(realPath, { access: LOOK }) },
  remove: {
    plan: onePath(remove, { access: REMOVE, follows: false }),
    options: optionsAt<Deno.RemoveOptions>(1, { recursive: true }),
  },
  rename: {
    plan: twoPaths(
      rename,
      { access: MOVE_FROM, follows: false },
      { access: MOVE_TO, follows: false },
    ),
  },
  stat: { plan: onePath(stat, { access: LOOK }) },
  symlink: {
    plan: symlinkPlan,
    options: optionsAt<Deno.SymlinkOptions>(2, { type: true }),
  },
  // Deno's own truncates no file through a link, and takes no URL.
  truncate: {
    plan: takingText(onePath(truncate, { access: WRITE, follows: false })),
  },
  utime: { plan: onePath(utime, { access: WRITE }) },
  writeFile: {
    plan: byOptions(writeFile, { access: accessOfWrite, at: 2 }),
    options: WRITE_OPTIONS,
  },
  writeTextFile: {
    plan: byOptions(writeTextFile, { access: accessOfWrite, at: 2 }),
    options: WRITE_OPTIONS,
  },
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
 *
 * @param deno The object that has the originals, which are looked up in it
 * before the call in their place is given out.
 */
export function* denoReplacements(
  find: Finder,
  deno: Originals,
): Generator<Replacement> {
  for (const [name, { plan, options, taken }] of Object.entries(OPERATIONS)) {
    const sync = `${name}Sync`;
    const { [name]: original, [sync]: blocking } = deno;
    yield {
      name,
      call: madeAtFirstCall(() =>
        asynchronousForm(plan(find), original, options)
      ),
    };
    yield {
      name: sync,
      call: madeAtFirstCall(() => {
        const block = synchronousForm(plan(find), blocking, options);
        return taken === undefined
          ? block
          : (...args) => block(...args.slice(0, taken));
      }),
    };
  }
  for (const [name, callFor] of Object.entries(ITERATIONS)) {
    const { [name]: original } = deno;
    yield { name, call: madeAtFirstCall(() => callFor(find, original)) };
  }
}

/** The replacement of `chdir`, of `Deno` and of `process`. */
export function chdirReplacement(find: Finder, original: Call): Replacement {
  const call: Call = (directory) => {
    const found = allowed(find(directory, true), LOOK);
    if (!found) return original(directory);
    return chdir(found.workspace, found.place, original);
  };
  return { name: "chdir", call: madeAtFirstCall(() => call) };
}

/** A call whose first argument is its path. */
function onePath<Args extends unknown[]>(
  operation: (
    workspace: Workspace,
    place: Place,
    ...args: Args
  ) => Operation<unknown>,
  { access, follows = true }: PathUse,
): (find: Finder) => Plan {
  return (find) => ([path, ...rest]) =>
    // The operation checks its arguments as the original does.
    planned(
      allowed(find(path, follows), access),
      ({ workspace, place }) => operation(workspace, place, ...rest as Args),
    );
}

/** The same where the options, argument `at`, say what it does to the path. */
function byOptions<Args extends unknown[]>(
  operation: (
    workspace: Workspace,
    place: Place,
    ...args: Args
  ) => Operation<unknown>,
  { access, at }: {
    readonly access: (options?: Deno.OpenOptions) => Access;
    readonly at: number;
  },
): (find: Finder) => Plan {
  return (find) => (args) => {
    const options = args[at] as Deno.OpenOptions | undefined;
    return planned(
      // A file that must not exist yet takes the place of no link.
      allowed(find(args[0], !options?.createNew), access(options)),
      ({ workspace, place }) =>
        operation(workspace, place, ...args.slice(1) as Args),
    );
  };
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

/** Deno's own takes no URL for either path. */
function betweenTexts(planFor: (find: Finder) => Plan): (find: Finder) => Plan {
  return (find) => {
    const plan = planFor(find);
    const isText = (path: unknown) => typeof path === "string";
    return (args) => args.slice(0, 2).every(isText) ? plan(args) : undefined;
  };
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
      allowed(find(path, false), MAKE_LINK),
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
  return (...given) => {
    const [paths, options] = withPlainOptions(given, WATCH_OPTIONS);
    const all = Array.isArray(paths) ? paths as string[] : [paths as string];
    const found = all.map((path) => allowed(findText(path, true), LOOK));
    const inside = found.filter((it) => it !== undefined);
    if (inside.length === 0) return original(paths, options);
    return watchFs(
      inside[0].workspace,
      inside.map(({ place }) => place),
      all.filter((_, index) => !found[index]),
      options as WatchOptions,
    );
  };
}
