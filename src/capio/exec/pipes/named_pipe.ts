import { dirname } from "@std/path";
import { nextTurn } from "../../../internal/mod.ts";
import {
  builtin,
  CapioError,
  ifPresent,
  lstatIfPresent,
  system,
} from "../../platform/mod.ts";
import { closeDescriptor, openDescriptor } from "./descriptors.ts";
import { Pauses } from "./pauses.ts";

/** Time for a pipe that was opened just before its program ended, in ms. */
const OPENED_MILLISECONDS = 50;

/** Bytes that are taken from a pipe at once that nobody reads any more. */
const DRAINED_BYTES = 64 * 1024;

/** So many bytes a pipe takes all or none of, see PIPE_BUF. */
const ATOMIC_BYTES = Deno.build.os === "linux" ? 4096 : 512;

/**
 * Makes named pipes with the program `mkfifo`: Deno has no call for that.
 *
 * @throws {CapioError} If it cannot be run or does not make them.
 */
export async function makePipes(paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const args = ["-m", "600", "--", ...paths.map(ownName)];
  let stderr = "";
  try {
    const command = new Deno.Command("mkfifo", { args, stdin: "null" });
    const output = await command.output();
    if (output.success) {
      for (const path of paths) system.linkSync(ownName(path), path);
      return;
    }
    stderr = new TextDecoder().decode(output.stderr).trim();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    stderr = error.message;
  }
  throw new CapioError(
    "PROGRAM_FAILED",
    `Cannot make a named pipe with "mkfifo", which {in:}, {out:} and standard input need that is still being written; allow it with --allow-run=mkfifo: ${stderr}`,
  );
}

/**
 * Returns the name under which this process finds a pipe, whatever a program
 * does with the one that it gets.
 */
export function ownName(path: string): string {
  return `${dirname(path)}.pipe`;
}

/** Returns whether a path is still the name of the pipe that was made there. */
export function isInPlace(path: string): boolean {
  const info = lstatIfPresent(path);
  if (!info?.isFifo) return false;
  const own = lstatIfPresent(ownName(path));
  return own?.ino === info.ino && own?.dev === info.dev;
}

/**
 * Opens a pipe for reading once a program has opened it for writing. The opening
 * blocks a thread of the runtime that only another opening can free. Returns
 * `undefined` after `signal` has aborted.
 */
export async function openWritten(
  path: string,
  signal: AbortSignal,
): Promise<Deno.FsFile | undefined> {
  if (signal.aborted) return undefined;
  const own = ownName(path);
  const opening = system.open(own, { read: true });
  let other: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const free = () => {
    timer = setTimeout(() => other = openBoth(own), OPENED_MILLISECONDS);
  };
  signal.addEventListener("abort", free);
  try {
    const file = await opening;
    if (other === undefined) return file;
    file.close();
    return undefined;
  } finally {
    signal.removeEventListener("abort", free);
    clearTimeout(timer);
    if (other !== undefined) closeDescriptor(other);
  }
}

/**
 * Opens a pipe for writing once a program has opened it for reading, and takes
 * its name away before the program can open it a second time: two readers would
 * share the bytes. Returns `undefined` after `signal` has aborted.
 *
 * @throws {CapioError} If the program has removed or replaced it.
 */
export async function openRead(
  path: string,
  given: string,
  signal: AbortSignal,
): Promise<Deno.FsFile | undefined> {
  const own = ownName(path);
  const pauses = new Pauses(signal);
  while (!signal.aborted) {
    const writer = openForReader(own);
    if (writer !== undefined) return takeName(path, writer);
    if (!isInPlace(path)) throw removed(given, "file");
    await pauses.next();
  }
  // A process that the program has left behind may be about to open it.
  closeDescriptor(openBoth(own));
  return undefined;
}

/** Returns the error of a program that has removed or replaced its pipe. */
export function removed(given: string, form: "file" | "newfile"): CapioError {
  return new CapioError(
    "PROGRAM_FAILED",
    `The pipe for "${given}" was removed or replaced by the program: use {${form}:${given}}`,
  );
}

/** Opens the writing end; `undefined` while nobody has opened the other. */
function openForReader(own: string): number | undefined {
  const { O_WRONLY, O_NONBLOCK } = builtin("fs").constants;
  try {
    return openDescriptor(own, O_WRONLY | O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === "ENXIO") return undefined;
    throw error;
  }
}

/** The first step comes at once: the program is waking up. */
function takeName(path: string, writer: number): Deno.FsFile {
  ifPresent(() => system.removeSync(path));
  const own = ownName(path);
  // With a reader of its own, the opening cannot block.
  const both = openBoth(own);
  try {
    return system.openSync(own, { write: true });
  } finally {
    closeDescriptor(both);
    closeDescriptor(writer);
  }
}

/** Opens both ends of a pipe without a wait: one for a child, the other to write. */
export function openBothEnds(
  path: string,
): { readonly reader: number; readonly writer: Deno.FsFile } {
  const own = ownName(path);
  const both = openBoth(own);
  try {
    const reader = openDescriptor(own, builtin("fs").constants.O_RDONLY);
    return { reader, writer: system.openSync(own, { write: true }) };
  } finally {
    closeDescriptor(both);
  }
}

/**
 * Opens a pipe for writing beside its reader, so that this does not meet the end
 * before the result is closed.
 */
export function keepOpen(path: string): number {
  return openDescriptor(ownName(path), builtin("fs").constants.O_WRONLY);
}

/** Writes a byte to a pipe whose reader waits for more, to free it. */
export function freeReader(path: string): void {
  const fd = openBoth(ownName(path));
  try {
    builtin("fs").writeSync(fd, new Uint8Array(1));
  } catch {
    // It is full, so the reader has something to read.
  }
  closeDescriptor(fd);
}

/** Empties a pipe whose reader is gone until a pending write to it has ended. */
export async function freeWriter(
  path: string,
  pending: Promise<unknown>,
): Promise<void> {
  const fd = openToLook(path);
  const buffer = new Uint8Array(DRAINED_BYTES);
  let isPending = true;
  pending.catch(() => {}).finally(() => isPending = false);
  while (isPending) {
    readNow(fd, buffer);
    await nextTurn();
  }
  closeDescriptor(fd);
}

/** Opens a pipe for reads that wait for nobody. */
export function openToLook(path: string): number {
  const { O_RDONLY, O_NONBLOCK } = builtin("fs").constants;
  return openDescriptor(ownName(path), O_RDONLY | O_NONBLOCK);
}

/**
 * Reads what is in a pipe at this moment: 0 bytes if nobody has it open for
 * writing, `undefined` if there is nothing yet.
 */
export function readNow(fd: number, buffer: Uint8Array): number | undefined {
  try {
    return builtin("fs").readSync(fd, buffer);
  } catch (error) {
    if (codeOf(error) === "EAGAIN") return undefined;
    throw error;
  }
}

/**
 * Writes to a pipe without a thread that waits until it is read. Returns whether
 * all was written: nobody may read it any more, or `signal` may abort.
 */
export async function writeInSteps(
  path: string,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<boolean> {
  const fd = openForReader(ownName(path));
  if (fd === undefined) return false;
  const pauses = new Pauses(signal);
  try {
    for (let rest = bytes; rest.length > 0 && !signal.aborted;) {
      const count = writeNow(fd, rest.subarray(0, ATOMIC_BYTES));
      if (count === undefined) return false;
      rest = rest.subarray(count);
      if (count > 0) pauses.restart();
      else await pauses.next();
    }
    return !signal.aborted;
  } finally {
    closeDescriptor(fd);
  }
}

/** Returns how much there was room for; `undefined` if nobody reads it. */
function writeNow(fd: number, bytes: Uint8Array): number | undefined {
  try {
    return builtin("fs").writeSync(fd, bytes);
  } catch (error) {
    if (codeOf(error) === "EAGAIN") return 0;
    if (codeOf(error) === "EPIPE") return undefined;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/** Opens a pipe for reading and writing: that waits for nobody. */
function openBoth(own: string): number {
  const { O_RDWR, O_NONBLOCK } = builtin("fs").constants;
  return openDescriptor(own, O_RDWR | O_NONBLOCK);
}
