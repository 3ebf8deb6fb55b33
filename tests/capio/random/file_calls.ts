/** The same calls in every form in which programs make them. */
import fs from "node:fs";
import fsPromises from "node:fs/promises";
import { once } from "node:events";
import { promisify } from "node:util";
import {
  denoHandle,
  denoSyncHandle,
  fileHandle,
  type Handle,
  nodeHandle,
  nodeSyncHandle,
} from "./handles.ts";
import { sync } from "./sync.ts";
import { bytesOf, textOf } from "./texts.ts";

/** A form of calls. */
export type Form = "deno" | "denoSync" | "node" | "nodeSync" | "nodePromises";

/** All forms. */
export const FORMS: readonly Form[] = [
  "deno",
  "denoSync",
  "node",
  "nodeSync",
  "nodePromises",
];

/** Those in which a wait does not hold up the rest of the program. */
export const ASYNC_FORMS: readonly Form[] = ["deno", "node", "nodePromises"];

/** How a file is opened, as `node:fs` names it; "c" creates and keeps. */
export type Flags =
  | "r"
  | "r+"
  | "c"
  | "w"
  | "w+"
  | "wx"
  | "wx+"
  | "a"
  | "a+"
  | "ax";

/** How a whole file is written. */
export interface WriteOptions {
  readonly append?: boolean;
  readonly createNew?: boolean;
}

/** What there is to know of an entry. */
export interface Info {
  readonly kind: "file" | "directory" | "symlink";
  readonly size: number;
}

/** The calls in one form. Texts have one byte for each character. */
export interface FileCalls {
  open(path: string, flags: Flags): Promise<Handle>;
  readFile(path: string): Promise<string>;
  writeFile(path: string, text: string, options?: WriteOptions): Promise<void>;
  /** Writes through a stream. */
  stream(path: string, text: string, flags: Flags): Promise<void>;
  truncate(path: string, size: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  copyFile(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  mkdir(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
  readDir(path: string): Promise<string[]>;
  stat(path: string): Promise<Info>;
}

/** The calls in a form. */
export function callsOf(form: Form): FileCalls {
  switch (form) {
    case "deno":
      return DENO;
    case "denoSync":
      return DENO_SYNC;
    case "node":
      return NODE;
    case "nodeSync":
      return NODE_SYNC;
    case "nodePromises":
      return NODE_PROMISES;
  }
}

/** Names an error as Deno does, whichever form it comes from. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  return DENO_NAMES[code] ?? (code || error.name);
}

const DENO_NAMES: Readonly<Record<string, string>> = {
  ENOENT: "NotFound",
  EEXIST: "AlreadyExists",
  EISDIR: "IsADirectory",
  ENOTDIR: "NotADirectory",
};

const DENO: FileCalls = {
  open: async (path, flags) =>
    denoHandle(await Deno.open(path, options(flags))),
  readFile: async (path) => textOf(await Deno.readFile(path)),
  writeFile: (path, text, how) => Deno.writeFile(path, bytesOf(text), how),
  stream: async (path, text, flags) => {
    const file = await Deno.open(path, options(flags));
    await ReadableStream.from([bytesOf(text)]).pipeTo(file.writable);
  },
  truncate: (path, size) => Deno.truncate(path, size),
  rename: (from, to) => Deno.rename(from, to),
  copyFile: (from, to) => Deno.copyFile(from, to),
  remove: (path) => Deno.remove(path),
  mkdir: (path) => Deno.mkdir(path),
  rmdir: (path) => Deno.remove(path),
  readDir: async (path) => {
    const names = [];
    for await (const { name } of Deno.readDir(path)) names.push(name);
    return names;
  },
  stat: async (path) => infoOf(await Deno.stat(path)),
};

const DENO_SYNC: FileCalls = {
  open: sync((path, flags) =>
    denoSyncHandle(Deno.openSync(path, options(flags)))
  ),
  readFile: sync((path) => textOf(Deno.readFileSync(path))),
  writeFile: sync((path, text, how) =>
    Deno.writeFileSync(path, bytesOf(text), how)
  ),
  stream: (path, text, flags) => DENO.stream(path, text, flags),
  truncate: sync((path, size) => Deno.truncateSync(path, size)),
  rename: sync((from, to) => Deno.renameSync(from, to)),
  copyFile: sync((from, to) => Deno.copyFileSync(from, to)),
  remove: sync((path) => Deno.removeSync(path)),
  mkdir: sync((path) => Deno.mkdirSync(path)),
  rmdir: sync((path) => Deno.removeSync(path)),
  readDir: sync((path) =>
    Array.from(Deno.readDirSync(path), ({ name }) => name)
  ),
  stat: sync((path) => infoOf(Deno.statSync(path))),
};

const NODE: FileCalls = {
  open: async (path, flags) =>
    nodeHandle(await promisify(fs.open)(path, nodeFlags(flags))),
  readFile: (path) => promisify(fs.readFile)(path, "latin1"),
  writeFile: (path, text, { append, createNew } = {}) =>
    append
      ? promisify(fs.appendFile)(path, text, "latin1")
      : promisify(fs.writeFile)(path, text, {
        encoding: "latin1",
        flag: createNew ? "wx" : "w",
      }),
  stream: async (path, text, flags) => {
    const stream = fs.createWriteStream(path, { flags });
    stream.end(text, "latin1");
    await once(stream, "close");
  },
  truncate: (path, size) =>
    new Promise((resolve, reject) =>
      fs.truncate(path, size, (error) => error ? reject(error) : resolve())
    ),
  rename: (from, to) => promisify(fs.rename)(from, to),
  copyFile: (from, to) => promisify(fs.copyFile)(from, to),
  remove: (path) => promisify(fs.unlink)(path),
  mkdir: async (path) => void await promisify(fs.mkdir)(path),
  rmdir: (path) => promisify(fs.rmdir)(path),
  readDir: (path) => promisify(fs.readdir)(path),
  stat: async (path) => nodeInfo(await promisify(fs.stat)(path)),
};

const NODE_SYNC: FileCalls = {
  open: sync((path, flags) =>
    nodeSyncHandle(fs.openSync(path, nodeFlags(flags)))
  ),
  readFile: sync((path) => fs.readFileSync(path, "latin1")),
  writeFile: sync((path, text, { append, createNew } = {}) => {
    if (append) fs.appendFileSync(path, text, "latin1");
    else {
      fs.writeFileSync(path, text, {
        encoding: "latin1",
        flag: createNew ? "wx" : "w",
      });
    }
  }),
  stream: (path, text, flags) => NODE.stream(path, text, flags),
  truncate: sync((path, size) => fs.truncateSync(path, size)),
  rename: sync((from, to) => fs.renameSync(from, to)),
  copyFile: sync((from, to) => fs.copyFileSync(from, to)),
  remove: sync((path) => fs.unlinkSync(path)),
  mkdir: sync((path) => fs.mkdirSync(path)),
  rmdir: sync((path) => fs.rmdirSync(path)),
  readDir: sync((path) => fs.readdirSync(path)),
  stat: sync((path) => nodeInfo(fs.statSync(path))),
};

const NODE_PROMISES: FileCalls = {
  open: async (path, flags) =>
    fileHandle(await fsPromises.open(path, nodeFlags(flags))),
  readFile: (path) => fsPromises.readFile(path, "latin1"),
  writeFile: (path, text, { append, createNew } = {}) =>
    append
      ? fsPromises.appendFile(path, text, "latin1")
      : fsPromises.writeFile(path, text, {
        encoding: "latin1",
        flag: createNew ? "wx" : "w",
      }),
  stream: async (path, text, flags) => {
    const file = await fsPromises.open(path, flags);
    const stream = file.createWriteStream();
    stream.end(text, "latin1");
    await once(stream, "close");
  },
  truncate: (path, size) => fsPromises.truncate(path, size),
  rename: (from, to) => fsPromises.rename(from, to),
  copyFile: (from, to) => fsPromises.copyFile(from, to),
  remove: (path) => fsPromises.unlink(path),
  mkdir: async (path) => void await fsPromises.mkdir(path),
  rmdir: (path) => fsPromises.rmdir(path),
  readDir: (path) => fsPromises.readdir(path),
  stat: async (path) => nodeInfo(await fsPromises.stat(path)),
};

/** Deno's options for flags of `node:fs`. */
function options(flags: Flags): Deno.OpenOptions {
  const isExclusive = flags.includes("x");
  const isBoth = flags.includes("+");
  switch (flags[0]) {
    case "r":
      return { read: true, write: isBoth };
    case "c":
      return { read: true, write: true, create: true };
    case "a":
      return {
        append: true,
        read: isBoth,
        create: true,
        createNew: isExclusive,
      };
    default:
      return {
        write: true,
        read: isBoth,
        create: true,
        truncate: !isExclusive,
        createNew: isExclusive,
      };
  }
}

function nodeFlags(flags: Flags): string | number {
  return flags === "c" ? fs.constants.O_RDWR | fs.constants.O_CREAT : flags;
}

function infoOf(info: Deno.FileInfo): Info {
  const { isFile, isDirectory, size } = info;
  const kind = isFile ? "file" : isDirectory ? "directory" : "symlink";
  return { kind, size: isFile ? size : 0 };
}

function nodeInfo(info: fs.Stats): Info {
  const isFile = info.isFile();
  const kind = isFile ? "file" : info.isDirectory() ? "directory" : "symlink";
  return { kind, size: isFile ? info.size : 0 };
}
