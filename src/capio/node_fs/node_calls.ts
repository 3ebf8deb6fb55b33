import {
  allowed,
  type Finder,
  pairPlan,
  type Plan,
  planned,
} from "../interpose/deno_calls.ts";
import type { Operation } from "../platform/effects.ts";
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
} from "../operations/access.ts";
import { link, makeLink } from "../operations/links.ts";
import { lookAt } from "../operations/stat.ts";
import { rename } from "../operations/rename.ts";
import { atLocation } from "../operations/at_location.ts";
import type { Follows } from "../overlay/place.ts";
import { planWithNodeErrors } from "./node_error.ts";
import {
  copyFile,
  directoryOfPrefix,
  isExclusive,
  mkdir,
  mkdtemp,
  openingOf,
  readdir,
  readFile,
  realpath,
  removeAs,
  type Subject,
  truncate,
  writeFile,
} from "./node_operations.ts";
import { readingOf } from "./open_files.ts";
import type { OriginalFs } from "./original_fs.ts";
import { textOfPath } from "./path_argument.ts";

/** A call on one path, which is its first argument. */
interface NodeCall {
  readonly operation: (
    subject: Subject,
    // Each takes what its original takes after the path.
    ...args: unknown[]
  ) => Operation<unknown>;
  /** Whether it means what a symbolic link points to, not the link. */
  readonly follows: Follows;
  readonly access: Access;
}

const NODE_CALLS: Readonly<Record<string, NodeCall>> = {
  access: looking("access", true),
  chmod: inPlace("chmod", true, WRITE),
  chown: inPlace("chown", true, WRITE),
  lchown: inPlace("lchown", false, WRITE),
  lstat: looking("lstat", "slash"),
  lutimes: inPlace("lutimes", false, WRITE),
  mkdir: { operation: mkdir, follows: false, access: MAKE },
  readdir: { operation: readdir, follows: true, access: LOOK },
  readlink: inPlace("readlink", "slash", LOOK),
  realpath: { operation: realpath, follows: true, access: LOOK },
  rm: removing("rm"),
  rmdir: removing("rmdir"),
  stat: looking("stat", true),
  truncate: { operation: truncate, follows: true, access: WRITE },
  unlink: removing("unlink"),
  utimes: inPlace("utimes", true, WRITE),
};

const READ_FILE: NodeCall = {
  operation: readFile,
  follows: true,
  access: READ,
};

/** What the calls of `node:fs` come to for the paths that `find` finds. */
export function* nodePlans(
  find: Finder,
  original: OriginalFs,
): Generator<[name: string, plan: Plan]> {
  for (const [name, plan] of plans(find, original)) {
    yield [name, planWithNodeErrors(name, plan)];
  }
}

function* plans(
  find: Finder,
  original: OriginalFs,
): Generator<[name: string, plan: Plan]> {
  const plan = (it: NodeCall): Plan => ([path, ...rest]) =>
    planned(
      allowed(find(path, it.follows), it.access),
      (found) => it.operation({ original, ...found }, ...rest),
    );
  for (const [name, it] of Object.entries(NODE_CALLS)) yield [name, plan(it)];
  yield ["readFile", ([file, ...rest]) => {
    const reading = readingOf(file);
    if (!reading) return plan(READ_FILE)([file, ...rest]);
    return {
      workspace: reading.workspace,
      operation: () =>
        reading.whenWhole(() => original.call("readFile", file, ...rest)),
    };
  }];
  yield ["fstat", ([fd, ...rest]) => {
    const reading = readingOf(fd);
    return reading && {
      workspace: reading.workspace,
      operation: () =>
        reading.whenVisible(() => original.call("fstat", fd, ...rest)),
    };
  }];
  for (const name of ["writeFile", "appendFile"] as const) {
    yield [name, ([path, data, options]) => {
      const opening = openingOf(original, name, options);
      return opening && planned(
        allowed(find(path, !opening.createNew), accessOfOpen(opening)),
        (found) =>
          writeFile({ original, ...found }, name, opening, data, options),
      );
    }];
  }
  yield ["mkdtemp", ([prefix, options]) => {
    const text = textOfPath(prefix);
    return planned(
      text ? allowed(find(directoryOfPrefix(text), true), MAKE_ANY) : undefined,
      (found) => mkdtemp({ original, ...found }, String(text), options),
    );
  }];
  yield ["symlink", ([target, path, type]) =>
    planned(
      allowed(find(path, false), READ_AND_WRITE),
      ({ workspace, place }) =>
        makeLink(
          workspace,
          place,
          (location) => original.call("symlink", target, location, type),
        ),
    )];
  yield [
    "link",
    pairPlan(find, {
      followsFrom: false,
      followsTo: false,
      accessFrom: READ_AND_WRITE,
      accessTo: READ_AND_WRITE,
    }, (from, to) =>
      link(
        from,
        to,
        (source, target) => original.call("link", source, target),
      )),
  ];
  yield [
    "rename",
    pairPlan(find, {
      followsFrom: false,
      followsTo: false,
      accessFrom: READ_AND_WRITE,
      accessTo: WRITE,
    }, (from, to) =>
      rename(
        from,
        to,
        (source, target) => original.call("rename", source, target),
      )),
  ];
  yield [
    "copyFile",
    (args) =>
      pairPlan(
        find,
        {
          followsFrom: true,
          // What is to be made anew takes the place of no link.
          followsTo: !isExclusive(original, args[2]),
          accessFrom: READ,
          accessTo: WRITE,
        },
        (from, to, mode) => copyFile(original, from, to, mode),
      )(args),
  ];
}

/** Finds paths in all the forms in which Node takes them. */
export function nodeFinder(find: Finder): Finder {
  return (path, follows) => {
    const text = textOfPath(path);
    return text === undefined ? undefined : find(text, follows);
  };
}

function looking(name: string, follows: Follows): NodeCall {
  return {
    follows,
    access: LOOK,
    operation: ({ original, workspace, place }, ...args) =>
      lookAt(
        workspace,
        place,
        (location) => original.call(name, location, ...args),
      ),
  };
}

function inPlace(name: string, follows: Follows, access: Access): NodeCall {
  return {
    follows,
    access,
    operation: ({ original, workspace, place }, ...args) =>
      atLocation(
        workspace,
        place,
        (location) => original.call(name, location, ...args),
      ),
  };
}

function removing(name: "rm" | "rmdir" | "unlink"): NodeCall {
  return {
    follows: false,
    access: REMOVE,
    operation: (subject, options) => removeAs(subject, name, options),
  };
}
