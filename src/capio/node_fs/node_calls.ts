import {
  allowed,
  type Finder,
  type PathUse,
  type Plan,
  planned,
  planPair,
} from "../interpose/mod.ts";
import {
  accessOfOpen,
  linkWith,
  LOOK,
  MAKE,
  MAKE_ANY,
  MAKE_LINK,
  MOVE_FROM,
  MOVE_TO,
  READ,
  READ_AND_WRITE,
  REMOVE,
  renameWith,
  WRITE,
} from "../operations/mod.ts";
import type { Operation } from "../platform/mod.ts";
import { blobForms, checkedForms, copyTreePlan } from "./checked_calls.ts";
import {
  closeForms,
  openForms,
  readerOf,
  readForms,
  truncateForms,
  wholeWrite,
  writeForms,
} from "./open_files/mod.ts";
import { existsForms } from "./exists.ts";
import { globForms } from "./glob.ts";
import { mkdtempDisposableForms } from "./mkdtemp_disposable.ts";
import {
  allForms,
  type NodeForms,
  type NodeFs,
  type OriginalFs,
  textOfPath,
} from "./forms/mod.ts";
import {
  access,
  ask,
  copyFile,
  directoryOfPrefix,
  inPlace,
  isExclusive,
  look,
  mkdir,
  mkdtemp,
  openingOf,
  readFile,
  readWriting,
  realpath,
  remove,
  type Subject,
  symlink,
  truncate,
  writeFile,
} from "./node_operations.ts";
import { readdir } from "./readdir.ts";

type Fs = typeof import("node:fs");
type FunctionName = {
  [K in keyof Fs & string]: Fs[K] extends new (...args: never[]) => unknown
    ? never
    : Fs[K] extends (...args: never[]) => unknown ? K
    : never;
}[keyof Fs & string];
/** A name without the `Sync` of its synchronous form. */
type Base<Name> = Name extends `${infer Rest}Sync` ? Rest : Name;

/** Functions that stay the originals. */
type Untouched =
  // These act on an open file, which lies where its writer opened it.
  | "fchmod"
  | "fchown"
  | "fdatasync"
  | "fsync"
  | "futimes"
  // These call `Deno.readDir`, which is replaced.
  | "opendir"
  // These are not replaced, and `src/capio/mod.ts` says so.
  | "lchmod"
  | "unwatchFile";
/** Their streams are not, see `streams.ts`. */
type Stream = "createReadStream" | "createWriteStream";

/**
 * Every function of `node:fs` that is replaced, with its operation for a path
 * inside. A function that is neither here nor in `Untouched` does not compile.
 */
const NODE_CALLS: {
  readonly [Name in Exclude<Base<FunctionName>, Untouched | Stream>]: (
    name: Name,
    fs: NodeFs,
  ) => NodeForms;
} = {
  // The runtime looks at a link, not at what it leads to.
  access: onPath(access, { access: LOOK, follows: "slash" }),
  appendFile: allForms(writePlan),
  chmod: onPath(inPlace, { access: WRITE }),
  chown: onPath(inPlace, { access: WRITE }),
  close: closeForms,
  copyFile: allForms(copyFilePlan),
  cp: allForms(copyTreePlan),
  exists: existsForms,
  fstat: allForms(fstatPlan),
  ftruncate: truncateForms,
  glob: globForms,
  lchown: onPath(inPlace, { access: WRITE, follows: false }),
  link: allForms(linkPlan),
  lstat: onPath(look, { access: LOOK, follows: "slash" }),
  lutimes: onPath(inPlace, { access: WRITE, follows: false }),
  mkdir: onPath(mkdir, { access: MAKE, follows: false }),
  mkdtemp: allForms(mkdtempPlan),
  mkdtempDisposable: mkdtempDisposableForms,
  open: openForms,
  openAsBlob: blobForms,
  read: readForms,
  readdir: onPath(readdir, { access: LOOK }),
  readFile: allForms(readFilePlan),
  readlink: onPath(ask, { access: LOOK, follows: "slash" }),
  readv: readForms,
  realpath: onPath(realpath, { access: LOOK }),
  rename: allForms(renamePlan),
  rm: onPath(remove, { access: REMOVE, follows: false }),
  rmdir: onPath(remove, { access: REMOVE, follows: false }),
  stat: onPath(look, { access: LOOK }),
  statfs: onPath(ask, { access: LOOK }),
  symlink: allForms(symlinkPlan),
  truncate: onPath(truncate, { access: WRITE }),
  unlink: onPath(remove, { access: REMOVE, follows: false }),
  utimes: onPath(inPlace, { access: WRITE }),
  watch: checkedForms,
  watchFile: checkedForms,
  write: writeForms,
  writeFile: allForms(writePlan),
  writev: writeForms,
};

/** Returns what makes all forms of each function in the table, by name. */
export function nodeForms(fs: NodeFs): Map<string, () => NodeForms> {
  const table: [
    string,
    (name: never, fs: NodeFs) => NodeForms,
  ][] = Object.entries(NODE_CALLS);
  return new Map(
    table.map(([name, formsOf]) => {
      let forms: NodeForms | undefined;
      return [name, () => forms ??= formsOf(name as never, fs)];
    }),
  );
}

/** A function whose first argument is its path. */
function onPath(
  operation: (
    subject: Subject,
    // The operation checks its arguments as the original does.
    ...args: unknown[]
  ) => Operation<unknown>,
  { access, follows = true }: PathUse,
): (name: string, fs: NodeFs) => NodeForms {
  return allForms((name, find, original) => ([path, ...rest]) =>
    planned(
      allowed(find(path, follows), access),
      (found) => operation({ name, original, ...found }, ...rest),
    )
  );
}

/** `readFile`, of a path or of an open file. */
function readFilePlan(
  name: string,
  find: Finder,
  original: OriginalFs,
): Plan {
  return ([file, ...rest]) => {
    const reader = readerOf(file);
    if (!reader) {
      const opening = openingOf(original, "r", rest[0]);
      if (opening) {
        return planned(
          allowed(find(file, !opening.createNew), accessOfOpen(opening)),
          (found) =>
            readWriting({ name, original, ...found }, opening, rest[0]),
        );
      }
      return planned(
        allowed(find(file, true), READ),
        (found) => readFile({ name, original, ...found }, rest[0]),
      );
    }
    return {
      workspace: reader.workspace,
      operation: () =>
        reader.whenWhole(() => original.call(name, file, ...rest), rest[0]),
    };
  };
}

function fstatPlan(
  name: string,
  _: Finder,
  original: OriginalFs,
): Plan {
  return ([fd, ...rest]) => {
    const reader = readerOf(fd);
    return reader && {
      workspace: reader.workspace,
      operation: () =>
        reader.stat((source = fd as number) =>
          original.call(name, source, ...rest)
        ),
    };
  };
}

/** `writeFile` and `appendFile`. */
function writePlan(
  name: string,
  find: Finder,
  original: OriginalFs,
): Plan {
  return ([path, data, options]) => {
    const whole = wholeWrite(
      path,
      () => original.call(name, path, data, options),
    );
    if (whole) return whole;
    const usual = name === "appendFile" ? "a" : "w";
    const opening = openingOf(original, usual, options);
    return opening && planned(
      allowed(find(path, !opening.createNew), accessOfOpen(opening)),
      (found) =>
        writeFile({ name, original, ...found }, opening, data, options),
    );
  };
}

/** `mkdtemp`, whose path is the directory that the prefix begins with. */
function mkdtempPlan(
  name: string,
  find: Finder,
  original: OriginalFs,
): Plan {
  return ([prefix, options]) => {
    const text = textOfPath(prefix);
    if (!text) return undefined;
    return planned(
      allowed(find(directoryOfPrefix(text), true), MAKE_ANY),
      (found) => mkdtemp({ name, original, ...found }, text, options),
    );
  };
}

/** `symlink`, whose second argument is the path that it makes. */
function symlinkPlan(
  name: string,
  find: Finder,
  original: OriginalFs,
): Plan {
  return ([target, path, type]) =>
    planned(
      allowed(find(path, false), MAKE_LINK),
      (found) => symlink({ name, original, ...found }, target, type),
    );
}

function linkPlan(
  name: string,
  find: Finder,
  original: OriginalFs,
): Plan {
  const useOfFrom = { access: READ_AND_WRITE, follows: false };
  const useOfTo = { access: MAKE_LINK, follows: false };
  return (args) =>
    planPair(
      find,
      args,
      useOfFrom,
      useOfTo,
      (from, to) =>
        linkWith(
          from,
          to,
          (source, target) => original.call(name, source, target),
        ),
    );
}

function renamePlan(
  name: string,
  find: Finder,
  original: OriginalFs,
): Plan {
  const useOfFrom = { access: MOVE_FROM, follows: false };
  const useOfTo = { access: MOVE_TO, follows: false };
  return (args) =>
    planPair(
      find,
      args,
      useOfFrom,
      useOfTo,
      (from, to) =>
        renameWith(
          from,
          to,
          (source, target) => original.call(name, source, target),
        ),
    );
}

function copyFilePlan(
  _: string,
  find: Finder,
  original: OriginalFs,
): Plan {
  return (args) => {
    // A file that must not exist yet takes the place of no link.
    const follows = !isExclusive(original, args[2]);
    return planPair(
      find,
      args,
      { access: READ },
      { access: WRITE, follows },
      (from, to, mode) => copyFile(original, from, to, mode),
    );
  };
}
