import { basename, dirname, resolve, SEPARATOR } from "@std/path";
import {
  askBeforeOpening,
  askFor,
  changeWith,
  copyWith,
  type Endpoint,
  lookAt,
  makeLink,
  makeTemporary,
  mkdirWith,
  onDisk,
  readWhole,
  realPathWith,
  removeWith,
  type WriteAt,
  writeByPath,
  writeThrough,
} from "../operations/mod.ts";
import type { Place, Workspace } from "../overlay/mod.ts";
import { act, type Operation } from "../platform/mod.ts";
import {
  encodedPath,
  flagsOf,
  isPathEncoding,
  openOptionsOf,
  type OriginalFs,
  pathEncodingOf,
} from "./forms/mod.ts";
import { descriptorOpener } from "./open_files/mod.ts";

/** A call of `node:fs` and the place that it is about. */
export interface Subject {
  /** The name of the function, without `Sync`. */
  readonly name: string;
  readonly original: OriginalFs;
  readonly workspace: Workspace;
  readonly place: Place;
}

/** Options that several calls share. */
interface Options {
  readonly encoding?: string;
  readonly flag?: string | number;
  readonly mode?: number;
  readonly recursive?: boolean;
  readonly signal?: AbortSignal;
}

/** A function that looks at an entry and its size: it waits for declared files. */
export function look(
  { name, original, workspace, place }: Subject,
  ...args: unknown[]
): Operation<unknown> {
  return lookAt(
    workspace,
    place,
    (location) => original.call(name, location, ...args),
  );
}

/** A function that asks where an entry leads. */
export function ask(
  { name, original, workspace, place }: Subject,
  ...args: unknown[]
): Operation<unknown> {
  return askFor(
    workspace,
    place,
    (location) => original.call(name, location, ...args),
  );
}

/** `fs.access`: a program asks before it opens the file. */
export function access(
  { name, original, workspace, place }: Subject,
  ...args: unknown[]
): Operation<unknown> {
  return askBeforeOpening(
    workspace,
    place,
    (location) => original.call(name, location, ...args),
  );
}

/** A function that changes an entry at its location, once it is there. */
export function inPlace(
  { name, original, workspace, place }: Subject,
  ...args: unknown[]
): Operation<unknown> {
  return changeWith(
    workspace,
    place,
    (location) => original.call(name, location, ...args),
  );
}

/** `fs.symlink`: the link is complete at once. */
export function symlink(
  { original, workspace, place }: Subject,
  target: unknown,
  type: unknown,
): Operation<void> {
  return makeLink(
    workspace,
    place,
    (location) => original.call("symlink", target, location, type),
    onDisk,
  );
}

/** `fs.readFile` of a path: waits until the file is complete. */
export function readFile(
  { original, workspace, place }: Subject,
  options: unknown,
): Operation<string | Uint8Array> {
  return readWhole(
    workspace,
    place,
    (location) => original.call("readFile", location, options),
    optionsOf(options).signal,
  );
}

/** `fs.readFile` with a flag that opens for writing too, `w+` for instance. */
export function readWriting(
  { original, workspace, place }: Subject,
  opening: Deno.OpenOptions,
  options: unknown,
): Operation<string | Uint8Array> {
  const again = { ...opening, createNew: false };
  return writeByPath(
    workspace,
    place,
    opening,
    (location, isCreated) =>
      original.call("readFile", location, {
        ...optionsOf(options),
        ...(isCreated && { flag: flagsOf(again, original.bits) }),
      }),
    // Nothing else is written.
    opening.truncate ? 0 : Infinity,
  );
}

/** `fs.writeFile` and `fs.appendFile`: one opening and one close. */
export function writeFile(
  { name, original, workspace, place }: Subject,
  opening: Deno.OpenOptions,
  data: unknown,
  options: unknown,
): Operation<void> {
  const given = optionsOf(options);
  const again = { ...opening, createNew: false };
  // Unchanged where possible: the original knows more options.
  const whenCreated = opening.createNew
    ? { ...given, flag: flagsOf(again, original.bits) }
    : options;
  // In the context: the data may come from a generator of the program.
  const writeAt: WriteAt = (location, isCreated) =>
    original.callInContext(
      name,
      location,
      data,
      isCreated ? whenCreated : options,
    );
  const { flag, mode, signal } = given;
  const isPlain = typeof data === "string" || ArrayBuffer.isView(data);
  // The original gives the mode to an old file too, and a signal interrupts it.
  if (!isPlain || (mode ?? signal) !== undefined) {
    return writeByPath(workspace, place, { ...opening, mode }, writeAt);
  }
  const { functions, callsBack } = original;
  // As the runtime does without an object of options, but for the promise form.
  const chmod = (fd: number) => {
    if (name !== "appendFile" || typeof options === "object") return;
    functions.fchmodSync(fd, APPENDED_MODE);
  };
  return writeThrough(
    workspace,
    place,
    opening,
    descriptorOpener(original, flag ?? flagsOf(opening, original.bits), []),
    (fd) =>
      act(
        () => {
          if (callsBack) chmod(fd);
          return original.callBack(name, fd, data, options);
        },
        () => {
          chmod(fd);
          functions[`${name}Sync`](fd, data, options);
        },
        { inSteps: true },
      ),
    writeAt,
    mostBytesOf(data),
  );
}

/** Returns how many bytes data has at most, in whatever encoding. */
function mostBytesOf(data: string | ArrayBufferView): number {
  return typeof data === "string"
    ? data.length * LARGEST_CHARACTER
    : data.byteLength;
}

/** Most bytes for a code unit in UTF-8. */
const LARGEST_CHARACTER = 3;

/** The mode that `fs.appendFile` gives to a file, also to an old one. */
const APPENDED_MODE = 0o666;

/**
 * Returns how `fs.readFile`, `fs.writeFile` and `fs.appendFile` open their file,
 * `undefined` when not for writing.
 *
 * @param usual The flag that the call has without one in its options.
 */
export function openingOf(
  { bits }: OriginalFs,
  usual: "r" | "w" | "a",
  options: unknown,
): Deno.OpenOptions | undefined {
  const opening = openOptionsOf(optionsOf(options).flag ?? usual, bits);
  return opening?.write ? opening : undefined;
}

/** `fs.truncate`: one opening and one close, as of a write. */
export function truncate(
  { original, workspace, place }: Subject,
  ...args: unknown[]
): Operation<void> {
  return writeByPath(
    workspace,
    place,
    { write: true },
    (location) => original.call("truncate", location, ...args),
    Number(args[0] ?? 0),
  );
}

/** `fs.copyFile`: waits until the source is complete. */
export function copyFile(
  original: OriginalFs,
  from: Endpoint,
  to: Endpoint,
  mode: unknown = 0,
): Operation<void> {
  const createNew = isExclusive(original, mode);
  const opening = { write: true, create: true, truncate: true, createNew };
  return copyWith(from, to, opening, (source, target, isCreated) => {
    const { COPYFILE_EXCL } = original.bits;
    const again = isCreated ? Number(mode) & ~COPYFILE_EXCL : mode;
    return original.call("copyFile", source, target, again);
  });
}

/** Returns whether the target of `fs.copyFile` must not exist. */
export function isExclusive({ bits }: OriginalFs, mode: unknown): boolean {
  return (Number(mode ?? 0) & bits.COPYFILE_EXCL) !== 0;
}

/** `fs.mkdir`, which returns the topmost directory that it created. */
export function* mkdir(
  { original, workspace, place }: Subject,
  options: unknown,
): Operation<string | undefined> {
  const { recursive } = optionsOf(options);
  const first = firstMissing(workspace, place);
  yield* mkdirWith(
    workspace,
    place,
    { recursive },
    (location) => original.call("mkdir", location, options),
  );
  return recursive ? first : undefined;
}

/** `fs.rm`, `fs.rmdir` or `fs.unlink`, in both trees. */
export function* remove(
  { name, original, workspace, place }: Subject,
  ...args: unknown[]
): Operation<void> {
  const { recursive } = optionsOf(args[0]);
  // It looks before it removes, and at the end of a program gets no further.
  if (name === "rm") yield* nextStep();
  yield* removeWith(
    workspace,
    place,
    { recursive },
    (location) => original.call(name, location, ...args),
  );
}

/** `fs.realpath`: the path that the file has once it is published. */
export function* realpath(
  { original, workspace, place }: Subject,
  options: unknown,
): Operation<string | Uint8Array> {
  const look = (location: string) => original.call("realpath", location);
  const encoding = pathEncodingOf(options);
  if (!isPathEncoding(encoding)) {
    return yield* original.call("realpath", place.given, options);
  }
  return encodedPath(yield* realPathWith(workspace, place, look), encoding);
}

/** `fs.mkdtemp`; its place is the directory at the beginning of the prefix. */
export function* mkdtemp(
  { original, workspace, place }: Subject,
  prefix: string,
  options: unknown,
): Operation<string | Uint8Array> {
  const name = isDirectoryPath(prefix) ? "" : basename(prefix);
  const encoding = pathEncodingOf(options);
  if (!isPathEncoding(encoding)) {
    return yield* original.call("mkdtemp", prefix, options);
  }
  const made = yield* makeTemporary(
    workspace,
    place,
    "directory",
    `${name}0`,
    (directory) => original.call("mkdtemp", `${directory}/${name}`),
  );
  return encodedPath(prefix + made.slice(-RANDOM_LETTERS), encoding);
}

/** The number of letters that `fs.mkdtemp` appends. */
const RANDOM_LETTERS = 6;

/** Returns the directory in which `fs.mkdtemp` creates another one. */
export function directoryOfPrefix(prefix: string): string {
  return isDirectoryPath(prefix) ? prefix.slice(0, -1) || "/" : dirname(prefix);
}

function isDirectoryPath(prefix: string): boolean {
  return prefix.endsWith("/") || prefix.endsWith(SEPARATOR);
}

/** Returns the topmost missing directory on the way to a place. */
function firstMissing(
  workspace: Workspace,
  { path, given }: Place,
): string | undefined {
  let first: string | undefined;
  let name = resolve(given);
  while (path !== "." && !workspace.trees.exists(path)) {
    first = name;
    path = dirname(path);
    name = dirname(name);
  }
  return first;
}

/** A turn of the event loop in the asynchronous form of a function. */
function nextStep(): Operation<void> {
  return act(() => Promise.resolve(), () => {}, { inSteps: true });
}

function optionsOf(options: unknown): Options {
  if (typeof options === "string") return { encoding: options };
  if (typeof options === "object" && options !== null) return options;
  return {};
}
