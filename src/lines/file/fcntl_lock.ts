import { DatabaseSync, type StatementSync } from "node:sqlite";
import { delay } from "@std/async";
import { dirname } from "@std/path";
import { isSqliteBusy } from "../../internal/mod.ts";

const FIRST_PAUSE_MILLISECONDS = 1;
const LONGEST_PAUSE_MILLISECONDS = 5;

/**
 * Those who wait look from time to time whether the lock is free. So a process
 * that takes it again and again leaves it free for a moment now and then.
 */
const LONGEST_STREAK_MILLISECONDS = 10;
const REST_MILLISECONDS = 2;

/**
 * An advisory lock on a file that Python's programs respect as well. On Unix
 * there are two kinds of them, which do not see each other: `flock`, which
 * `Deno.FsFile.lock` takes, and `fcntl`, which Python's libraries take. Here
 * SQLite takes one of the latter: for it the file, which stays empty, is a
 * database that is never written.
 */
export class FcntlLock {
  readonly #path: string;
  #database: LockableDatabase | undefined;
  /** A process cannot lock itself out: its own turns wait for each other. */
  #turn: Promise<unknown> = Promise.resolve();
  #streakBegan = 0;
  #unlockedAt = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Waits for the lock, and keeps it until the deed is done. */
  during<T>(
    mode: "shared" | "exclusive",
    deed: () => Promise<T>,
  ): Promise<T> {
    const turn = this.#turn.catch(() => {}).then(async () => {
      const unlock = await this.#lock(mode);
      try {
        return await deed();
      } finally {
        unlock();
      }
    });
    this.#turn = turn;
    return turn;
  }

  /** Closes the file once all that was begun is done. */
  async close(): Promise<void> {
    await this.#turn.catch(() => {});
    this.#database?.connection.close();
    this.#database = undefined;
  }

  async #lock(mode: "shared" | "exclusive"): Promise<() => void> {
    const database = this.#database ??= await openLockable(this.#path);
    await this.#rest();
    // SQLite could wait by itself, but then this process would stand still.
    for (let pause = FIRST_PAUSE_MILLISECONDS; !tryLock(database, mode);) {
      await delay(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS);
    }
    return () => {
      database.unlock.run();
      this.#unlockedAt = performance.now();
    };
  }

  async #rest(): Promise<void> {
    const now = performance.now();
    const wasFree = now - this.#unlockedAt >= REST_MILLISECONDS;
    const isDue = now - this.#streakBegan >= LONGEST_STREAK_MILLISECONDS;
    if (!wasFree && isDue) await delay(REST_MILLISECONDS);
    if (wasFree || isDue) this.#streakBegan = performance.now();
  }
}

/** Statements, because only their errors have SQLite's result code. */
interface LockableDatabase {
  readonly connection: DatabaseSync;
  readonly exclusive: StatementSync;
  readonly begin: StatementSync;
  /**
   * A transaction takes its shared lock with the first look at the file. This
   * one takes none when it is prepared, unlike a `SELECT`.
   */
  readonly look: StatementSync;
  readonly unlock: StatementSync;
}

async function openLockable(path: string): Promise<LockableDatabase> {
  // Its error says what is wrong with the directory, unlike SQLite's.
  await Deno.stat(dirname(path));
  const connection = new DatabaseSync(path, { timeout: 0 });
  return {
    connection,
    exclusive: connection.prepare("BEGIN EXCLUSIVE"),
    begin: connection.prepare("BEGIN"),
    look: connection.prepare("PRAGMA schema_version"),
    unlock: connection.prepare("ROLLBACK"),
  };
}

function tryLock(
  database: LockableDatabase,
  mode: "shared" | "exclusive",
): boolean {
  try {
    if (mode === "exclusive") {
      database.exclusive.run();
    } else {
      database.begin.run();
      database.look.get();
    }
    return true;
  } catch (error) {
    if (database.connection.isTransaction) database.unlock.run();
    if (isSqliteBusy(error)) return false;
    throw error;
  }
}
