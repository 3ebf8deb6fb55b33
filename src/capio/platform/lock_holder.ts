import { terminalText } from "../../internal/mod.ts";
import { system } from "./system.ts";

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

/** Writes into a lock that this process holds who that is. */
export function noteHolder(file: Deno.FsFile, app: string): void {
  const name = app.replaceAll(/["\n]/g, "?").slice(0, 100);
  const note = `process ${Deno.pid} of "${name}"\n`;
  try {
    // Nothing is written to a file that has another name elsewhere.
    if ((file.statSync().nlink ?? 1) > 1) return;
    file.truncateSync();
    file.seekSync(0, Deno.SeekMode.Start);
    file.writeSync(new TextEncoder().encode(note));
  } catch {
    // It only helps who waits for this process.
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

/** Names the holder of a lock in a sentence. */
export function describeHolder(holder: LockHolder | undefined): string {
  if (!holder) return "a process";
  const { pid, app } = holder;
  return app === undefined
    ? `process ${pid}`
    : `process ${pid} of "${terminalText(app)}"`;
}

/** Who may write to the file may write anything: it is only shown. */
function readNote(path: string): LockHolder | undefined {
  try {
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
