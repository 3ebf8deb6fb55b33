import {
  closeSync,
  lstatSync,
  openSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { isGranted, lstatIfThere, nextTurn } from "../../internal/mod.ts";
import { SharedRead } from "./shared_read.ts";
import { isDiskFull } from "./sqlite_errors.ts";

/** The part of a disk that is kept in reserve for a database. */
const RESERVED_PART = 1 / 64;
const LEAST_RESERVED_BYTES = 262_144;
const MOST_RESERVED_BYTES = 2_097_152;
/** What a deletion writes, beside what waits in the log. */
const DELETION_BYTES = 262_144;
const PAGE_BYTES = 4096;
/** Pages that are given back at once: so few are changed within the cache. */
const VACUUM_PAGES = 320;
/** Number of small values after whose removal the disk is looked at. */
const REMOVALS_PER_LOOK = 32;
/** The log is cut to so many times the reserve after a large transaction. */
const LOG_PER_RESERVE = 16;

/**
 * The room on the disk of a database. To delete is to write, and what runs out
 * first on a full disk is the room for that: a file beside the database holds
 * some in reserve, as much as may wait in the log and a deletion. It is removed
 * when nothing else helps, and made again when there is room.
 */
export class Room {
  readonly #database: DatabaseSync;
  readonly #checkpoint: StatementSync;
  readonly #vacuum: StatementSync;
  readonly #reserve: string | undefined;
  readonly #bytes: number;
  readonly #freePages: StatementSync;
  readonly #pages: StatementSync;
  readonly #path: string;
  #isEnsured = false;
  #isTight = false;
  #removals = 0;

  /** @param path That of the database, `:memory:` if it has none. */
  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
    this.#freePages = database.prepare("PRAGMA freelist_count");
    this.#pages = database.prepare("PRAGMA page_count");
    this.#reserve = reservePath(path);
    this.#bytes = reservedBytes(path);
    // The log has hardly more to move than the reserve has room for.
    const pages = Math.ceil(this.#bytes / PAGE_BYTES);
    database.prepare(`PRAGMA wal_autocheckpoint = ${pages}`).get();
    const most = this.#bytes * LOG_PER_RESERVE;
    database.prepare(`PRAGMA journal_size_limit = ${most}`).get();
    this.#checkpoint = database.prepare("PRAGMA wal_checkpoint(TRUNCATE)");
    this.#vacuum = database.prepare(
      `PRAGMA incremental_vacuum(${VACUUM_PAGES})`,
    );
  }

  /** Makes the reserve before the first write, if there is room for it. */
  ensure(): void {
    if (this.#isEnsured || this.#reserve === undefined) return;
    this.#isEnsured = true;
    // What did not fit when it was to be moved, what was added since, and more.
    makeReserve(this.#reserve, 2 * this.#bytes + DELETION_BYTES);
  }

  /** Runs what gives room back, with the reserve as room for it. */
  async withReserve<T>(action: () => Promise<T>): Promise<T> {
    this.#isTight = true;
    this.#release();
    this.shortenLog();
    try {
      return await action();
    } finally {
      this.shortenLog();
      this.#isEnsured = false;
      this.ensure();
    }
  }

  /**
   * Moves what is in the log into the database and gives the room of the log
   * back to the disk.
   *
   * @returns Whether that was possible.
   */
  shortenLog(): boolean {
    if (this.#database.isTransaction) return false;
    SharedRead.endAll();
    try {
      return this.#checkpoint.get()?.busy === 0;
    } catch (error) {
      if (!isDiskFull(error)) return false;
    }
    if (!this.#release()) return false;
    try {
      return this.#checkpoint.get()?.busy === 0;
    } catch {
      return false;
    } finally {
      this.ensure();
    }
  }

  /** Gives a part of the room of deleted values back to the disk. */
  vacuum(): void {
    this.#vacuum.all();
  }

  /**
   * Notes that a value was removed, of which `isLarge` tells whether it had
   * chunks. Its room is kept for the next ones, unless others may need it: the
   * disk has less than the database, or was full.
   *
   * @returns Whether to call {@linkcode Room.giveBack}.
   */
  noteRemoval(isLarge: boolean): boolean {
    // To look would take as long as to remove a small value. Others may be next.
    const isLook = isLarge || this.#removals++ % REMOVALS_PER_LOOK === 0;
    if (!isLook && !this.#isTight) return false;
    if (this.#reserve === undefined || this.#database.isTransaction) {
      return false;
    }
    this.#isTight ||= bytesOnDisk(this.#path, "bavail") <
      this.#countPages() * PAGE_BYTES;
    return this.#isTight &&
      this.#countFreePages() * PAGE_BYTES >= LEAST_RESERVED_BYTES;
  }

  /** Gives the room of all deleted values back to the disk. */
  async giveBack(): Promise<void> {
    // The log of the first attempt may take all the room that there is.
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        return await this.#vacuumAll();
      } catch (error) {
        // Another connection writes: it is done with the next removal.
        if (!isDiskFull(error)) return;
      } finally {
        this.shortenLog();
      }
    }
  }

  async #vacuumAll(): Promise<void> {
    for (let last = Infinity, count = this.#countFreePages(); count > 0;) {
      if (count === last) return this.#rebuild(count);
      last = count;
      this.vacuum();
      await nextTurn();
      count = this.#countFreePages();
    }
  }

  /**
   * Makes a database of version 0.2, which cannot be shortened, one that can,
   * once there is room for what is left in it.
   */
  #rebuild(freePages: number): void {
    if ((this.#countPages() - freePages) * PAGE_BYTES > this.#bytes) return;
    SharedRead.endAll();
    this.#release();
    this.#database.exec("PRAGMA auto_vacuum = INCREMENTAL");
    this.#database.exec("VACUUM");
    this.shortenLog();
    this.ensure();
  }

  #countPages(): number {
    return Number(this.#pages.get()?.page_count);
  }

  #countFreePages(): number {
    return Number(this.#freePages.get()?.freelist_count);
  }

  #release(): boolean {
    this.#isEnsured = false;
    return this.#reserve !== undefined && removeReserve(this.#reserve);
  }
}

/** Removes the reserve of a database that cannot be opened for want of room. */
export function releaseReserve(path: string): boolean {
  const reserve = reservePath(path);
  return reserve !== undefined && removeReserve(reserve);
}

function reservePath(path: string): string | undefined {
  if (path === ":memory:") return undefined;
  const reserve = `${path}-reserve`;
  // A process may have the permission for the database alone.
  const isUsable = isGranted({ name: "read", path: reserve }) &&
    isGranted({ name: "write", path: reserve });
  return isUsable ? reserve : undefined;
}

function reservedBytes(path: string): number {
  const part = Math.ceil(bytesOnDisk(path, "blocks") * RESERVED_PART);
  return Math.min(Math.max(part, LEAST_RESERVED_BYTES), MOST_RESERVED_BYTES);
}

/** Bytes of a disk in all, or those that are left; without end if it is unknown. */
function bytesOnDisk(path: string, which: "blocks" | "bavail"): number {
  if (!isGranted({ name: "sys", kind: "statfs" })) return Infinity;
  try {
    const found = statfsSync(path);
    return found[which] * found.bsize;
  } catch {
    // In memory.
    return Infinity;
  }
}

function makeReserve(path: string, bytes: number): void {
  // Only what was made here is counted on, and nothing is written through a link.
  const info = lstatIfThere(path);
  if (info && !(info.isFile && info.size < bytes && removeReserve(path))) {
    return;
  }
  let file: number | undefined;
  try {
    file = openSync(path, "wx");
    // A hole, or zeros that are compressed, would hold no room.
    const data = crypto.getRandomValues(new Uint8Array(65_536));
    for (let written = 0; written < bytes;) {
      written += writeSync(file, data.subarray(0, bytes - written));
    }
  } catch {
    // There is no room, or another process has made it at the same moment.
    if (file !== undefined) removeReserve(path);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function removeReserve(path: string): boolean {
  try {
    if (!lstatSync(path).isFile()) return false;
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}
