import type { Stats } from "node:fs";
import type { Call, Planned } from "../../interpose/mod.ts";
import { Writing } from "../../overlay/mod.ts";
import type { Operation } from "../../platform/mod.ts";
import {
  isFunction,
  type NodeForms,
  type NodeFs,
  type OriginalFs,
  plainArguments,
} from "../forms/mod.ts";
import { fileOf } from "./open_files.ts";

/** Takes note of a write that was made. */
type Note = (count: number) => void;

/** `fs.write` and `fs.writev`: others may have read what they replace. */
export function writeForms(
  name: "write" | "writev",
  { original }: NodeFs,
): NodeForms {
  const { functions } = original;
  const write = functions[name];
  const writeSync = functions[`${name}Sync`];
  return {
    callback(fd, ...args) {
      const callback = args.at(-1);
      if (!writingOf(fd) || !isFunction(callback)) return write(fd, ...args);
      const given = plainArguments(args.slice(0, -1));
      const note = noteFor(original, fd, positionIn(name, given));
      return write(fd, ...given, noting(callback, note));
    },
    synchronous(fd, ...args) {
      if (!writingOf(fd)) return writeSync(fd, ...args);
      const given = plainArguments(args);
      const note = noteFor(original, fd, positionIn(name, given));
      const count = writeSync(fd, ...given);
      note?.(count as number);
      return count;
    },
  };
}

/** `fs.ftruncate`. */
export function truncateForms(
  _name: string,
  { original }: NodeFs,
): NodeForms {
  const { ftruncate, ftruncateSync } = original.functions;
  return {
    callback(fd, ...args) {
      const callback = args.at(-1);
      if (!writingOf(fd) || !isFunction(callback)) {
        return ftruncate(fd, ...args);
      }
      const note = noteOfTruncation(original, fd, args[0]);
      return ftruncate(fd, ...args.slice(0, -1), noting(callback, note));
    },
    synchronous(fd, ...args) {
      const note = noteOfTruncation(original, fd, args[0]);
      ftruncateSync(fd, ...args);
      note?.(0);
    },
  };
}

/**
 * Plans `fs.writeFile` or `fs.appendFile` of an open file that is not empty;
 * others are the original's.
 */
export function wholeWrite(
  file: unknown,
  write: () => Operation<unknown>,
): Planned | undefined {
  const writing = writingOf(file);
  if (!writing?.sizeAtStart) return undefined;
  return {
    workspace: writing.workspace,
    *operation() {
      const result = yield* write();
      writing.wrote(0);
      return result;
    },
  };
}

/**
 * Returns what takes note of a write once it is made, `undefined` for one that
 * certainly replaces nothing, as most do.
 */
export function noteFor(
  { functions }: Pick<OriginalFs, "functions">,
  file: unknown,
  position: unknown,
): Note | undefined {
  const writing = writingOf(file);
  if (!writing || writing.appends) return undefined;
  const from = typeof position === "bigint" ? Number(position) : position;
  if (typeof from !== "number" || !(from >= 0)) {
    return writing.sizeAtStart > 0
      ? (count) => writing.wrote(count)
      : undefined;
  }
  return from < sizeOf(functions.fstatSync, file)
    ? () => writing.overwrote(from)
    : undefined;
}

/** The same for a truncation to a size. */
export function noteOfTruncation(
  { functions }: Pick<OriginalFs, "functions">,
  file: unknown,
  size: unknown,
): Note | undefined {
  const writing = writingOf(file);
  if (!writing) return undefined;
  const kept = typeof size === "number" ? Math.max(0, size) : 0;
  return kept < sizeOf(functions.fstatSync, file)
    ? () => writing.overwrote(kept)
    : undefined;
}

/** Returns the position in the arguments of a write, after the file. */
export function positionIn(
  name: "write" | "writev",
  args: readonly unknown[],
): unknown {
  const [data, second, , fourth] = args;
  // Of text, and of several buffers, it is the second argument.
  if (name === "writev" || !ArrayBuffer.isView(data)) return second;
  return typeof second === "object" && second !== null && "position" in second
    ? second.position
    : fourth;
}

function writingOf(file: unknown): Writing | undefined {
  const found = fileOf(file);
  return found instanceof Writing ? found : undefined;
}

function noting(callback: Call, note: Note | undefined): Call {
  if (!note) return callback;
  return (error, count, ...rest) => {
    if (!error) note(Number(count ?? 0));
    return callback(error, count, ...rest);
  };
}

/** The call itself says what is wrong with a file that cannot be looked at. */
function sizeOf(fstatSync: Call, file: unknown): number {
  const fd = typeof file === "number"
    ? file
    : (file as { readonly fd: number }).fd;
  try {
    return (fstatSync(fd) as Stats).size;
  } catch {
    return 0;
  }
}
