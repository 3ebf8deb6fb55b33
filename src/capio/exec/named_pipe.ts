import { builtin, CapioError, system } from "../platform/mod.ts";
import { closeDescriptor, openDescriptor } from "./descriptors.ts";

/** Time for a pipe that was opened just before its program ended, in ms. */
const OPENED_MILLISECONDS = 50;

/** Bytes that are taken from a pipe at once that nobody reads any more. */
const DRAINED_BYTES = 64 * 1024;

/**
 * Makes named pipes with the program `mkfifo`: Deno has no call for that.
 *
 * @throws {CapioError} If it cannot be run or does not make them.
 */
export async function makePipes(paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const args = ["-m", "600", "--", ...paths];
  let stderr = "";
  try {
    const command = new Deno.Command("mkfifo", { args, stdin: "null" });
    const output = await command.output();
    if (output.success) return;
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
 * Opens a pipe for writing once a program has opened it for reading, or the other
 * way round. The opening blocks a thread of the runtime that only another
 * opening can free. Returns `undefined` after `signal` has aborted.
 */
export async function openPipe(
  path: string,
  use: "read" | "write",
  signal: AbortSignal,
): Promise<Deno.FsFile | undefined> {
  if (signal.aborted) return undefined;
  const opening = system.open(path, { [use]: true });
  let other: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const free = () => {
    timer = setTimeout(() => {
      const { O_RDWR, O_NONBLOCK } = builtin("fs").constants;
      other = openDescriptor(path, O_RDWR | O_NONBLOCK);
    }, OPENED_MILLISECONDS);
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

/** Opens both ends of a pipe without a wait: one for a child, the other to write. */
export function openBothEnds(
  path: string,
): { readonly reader: number; readonly writer: Deno.FsFile } {
  const { O_RDONLY, O_NONBLOCK } = builtin("fs").constants;
  const { O_RDWR } = builtin("fs").constants;
  const both = openDescriptor(path, O_RDWR | O_NONBLOCK);
  try {
    const reader = openDescriptor(path, O_RDONLY);
    return { reader, writer: system.openSync(path, { write: true }) };
  } finally {
    closeDescriptor(both);
  }
}

/**
 * Opens a pipe for writing beside its reader, so that this does not meet the end
 * before the result is closed.
 */
export function keepOpen(path: string): number {
  return openDescriptor(path, builtin("fs").constants.O_WRONLY);
}

/** Writes a byte to a pipe whose reader waits for more, to free it. */
export function freeReader(path: string): void {
  const fs = builtin("fs");
  const { O_RDWR, O_NONBLOCK } = fs.constants;
  const fd = openDescriptor(path, O_RDWR | O_NONBLOCK);
  try {
    fs.writeSync(fd, new Uint8Array(1));
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
  const fs = builtin("fs");
  const { O_RDONLY, O_NONBLOCK } = fs.constants;
  const fd = openDescriptor(path, O_RDONLY | O_NONBLOCK);
  const buffer = new Uint8Array(DRAINED_BYTES);
  let isPending = true;
  pending.catch(() => {}).finally(() => isPending = false);
  while (isPending) {
    try {
      fs.readSync(fd, buffer);
    } catch {
      // It is empty at this moment.
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  closeDescriptor(fd);
}
