import { terminalText } from "../../../internal/mod.ts";
import { system } from "../runtime/mod.ts";

/** The table of the locks of all processes, where there is one. */
const LOCKS = "/proc/locks";
/** What a holder writes into the file, and the most that is read of it. */
const NOTE = /^process (\d{1,10}) of "(.{1,100})"\n/;
const MOST_NOTE_BYTES = 256;

/** The process that holds a lock, as far as it is known. */
export interface LockHolder {
  readonly pid: number;
  /** The name of its step. */
  readonly app?: string;
}

/** With more, the line would be too long to read. */
const MOST_NAMED = 3;

/**
 * Writes into a lock that this process holds who that is. Returns whether it has
 * done so.
 */
export function noteHolder(file: Deno.FsFile, app: string): boolean {
  const name = app.replaceAll(/["\n]/g, "?").slice(0, 100);
  const note = `process ${Deno.pid} of "${name}"\n`;
  try {
    // Nothing is written to a file that has another name elsewhere.
    if ((file.statSync().nlink ?? 1) > 1) return false;
    file.truncateSync();
    file.seekSync(0, Deno.SeekMode.Start);
    file.writeSync(new TextEncoder().encode(note));
    return true;
  } catch {
    // It only helps who waits for this process.
    return false;
  }
}

/** Takes that back, before the lock is released. */
export function forgetHolder(file: Deno.FsFile): void {
  try {
    file.truncateSync();
  } catch {
    // The next holder writes its own.
  }
}

/**
 * Finds the process that holds the lock on a file: in the system's table, which
 * few processes may read, or from what the holder has written into the file.
 */
export function holderOf(
  file: Deno.FsFile,
  path: string,
): LockHolder | undefined {
  const noted = readNote(path);
  const pid = pidInTable(file) ?? noted?.pid;
  if (pid === undefined) return undefined;
  return noted?.pid === pid ? noted : { pid };
}

/** Names the holder of a lock, or the processes that may be that, in a sentence. */
export function describeHolder(
  holder: LockHolder | undefined,
  others: readonly LockHolder[] = [],
): string {
  const known = others.find(({ pid }) => pid === holder?.pid);
  if (holder) return nameOf({ ...known, ...holder });
  if (others.length === 0 || others.length > MOST_NAMED) return "a process";
  return `a process (perhaps ${others.map(nameOf).join(" or ")})`;
}

function nameOf({ pid, app }: LockHolder): string {
  return app === undefined
    ? `process ${pid}`
    : `process ${pid} of "${terminalText(app)}"`;
}

/** Who may write to the file may write anything: it is only shown. */
function readNote(path: string): LockHolder | undefined {
  try {
    // Opening anything else could wait.
    if (!system.lstatSync(path).isFile) return undefined;
    using file = system.openSync(path);
    const bytes = new Uint8Array(MOST_NOTE_BYTES);
    const count = file.readSync(bytes) ?? 0;
    const [, pid, app] =
      new TextDecoder().decode(bytes.subarray(0, count)).match(NOTE) ?? [];
    return app === undefined ? undefined : { pid: Number(pid), app };
  } catch {
    return undefined;
  }
}

function pidInTable(file: Deno.FsFile): number | undefined {
  try {
    const { ino } = file.statSync();
    // ID: FLOCK ADVISORY WRITE PID MAJOR:MINOR:INODE START END
    const lock = new RegExp(
      `^\\d+: FLOCK +\\S+ +WRITE +(\\d+) [\\da-f]+:[\\da-f]+:${ino} `,
      "m",
    );
    const pid = system.readTextFileSync(LOCKS).match(lock)?.[1];
    return pid === undefined ? undefined : Number(pid);
  } catch {
    return undefined;
  }
}
