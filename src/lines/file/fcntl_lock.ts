import type { DatabaseSync, StatementSync } from "node:sqlite";
import { delay } from "@std/async";
import { dirname } from "@std/path";
import { isSqliteBusy, openSqlite } from "../../internal/mod.ts";
import type { FileLock, LockMode } from "./file_lock.ts";
import { plainFileAt } from "./plain_file.ts";
import { Turns } from "./turns.ts";

/** The ends of the names of the files that SQLite has beside a database. */
const BESIDE = ["-journal", "-wal", "-shm"] as const;

const FIRST_PAUSE_MILLISECONDS = 1;
const LONGEST_PAUSE_MILLISECONDS = 5;

/**
 * A process that waits looks from time to time whether the lock is free. So a
 * process that takes it again and again leaves it free for a moment now and
 * then, to let the others have it.
 */
const LONGEST_STREAK_MILLISECONDS = 10;
const REST_MILLISECONDS = 2;

/**
 * An advisory lock on a file that programs in Python respect as well.
 *
 * Unix has two kinds of advisory locks, which do not see each other: `flock`,
 * which `Deno.FsFile.lock` takes, and `fcntl`, which the libraries of Python
 * take. SQLite takes `fcntl` locks, so here it opens the file, which stays
 * empty, as a database that is never written.
 */
export class FcntlLock implements FileLock {
  readonly #path: string;
  readonly #turns = new Turns();
  #database: LockableDatabase | undefined;
  #streakBegan = 0;
  #unlockedAt = 0;

  constructor(path: string) {
    this.#path = path;
  }

  during<T>(mode: LockMode, action: () => Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      const unlock = await this.#lock(mode);
      try {
        return await action();
      } finally {
        unlock();
      }
    });
  }

  async close(): Promise<void> {
    await this.#turns.done();
    this.#database?.connection.close();
    this.#database = undefined;
  }

  async #lock(mode: LockMode): Promise<() => void> {
    const database = this.#database ??= await openLockable(this.#path);
    await this.#rest();
    // SQLite can wait by itself, but would block this process meanwhile.
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

/** A database with prepared statements: only their errors have a result code. */
interface LockableDatabase {
  readonly connection: DatabaseSync;
  readonly exclusive: StatementSync;
  readonly begin: StatementSync;
  /**
   * Takes the shared lock of a transaction, which begins without one. Unlike a
   * `SELECT` it takes no lock already when it is prepared.
   */
  readonly look: StatementSync;
  readonly unlock: StatementSync;
}

async function openLockable(path: string): Promise<LockableDatabase> {
  // The error of `stat` names the missing directory, that of SQLite does not.
  await Deno.stat(dirname(path));
  checkLockable(path);
  const connection = openSqlite(path, { timeout: 0 });
  return {
    connection,
    exclusive: connection.prepare("BEGIN EXCLUSIVE"),
    begin: connection.prepare("BEGIN"),
    look: connection.prepare("PRAGMA schema_version"),
    unlock: connection.prepare("ROLLBACK"),
  };
}

/**
 * SQLite follows links, and obeys what stands in a database and in the files
 * beside it: with those of somebody else it would even remove other files. Those
 * beside an empty database it takes for worthless.
 */
function checkLockable(path: string): void {
  for (const end of BESIDE) plainFileAt(path + end);
  // A file that is there must not be opened: closing it would end the locks of
  // this process.
  const file = plainFileAt(path);
  if (file === undefined) return createFile(path);
  if (file.size === 0) return;
  throw new Deno.errors.InvalidData(
    `Cannot use "${path}" as a lock: expected an empty file, found one with ` +
      "something in it; remove it, or choose another path",
  );
}

function createFile(path: string): void {
  try {
    Deno.openSync(path, { write: true, createNew: true }).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    checkLockable(path);
  }
}

function tryLock(
  database: LockableDatabase,
  mode: LockMode,
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
