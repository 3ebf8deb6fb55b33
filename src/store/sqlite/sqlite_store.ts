import { dirname } from "@std/path";
import { existsSync, mkdirSync } from "node:fs";
import fs from "node:fs/promises";
import { checkPath } from "../../internal/mod.ts";
import {
  type Change,
  type Changed,
  type JsonValue,
  type MaybePromise,
  type Metadata,
  missingStoreError,
  notConnectedError,
  SimpleTransactionContext,
  Store,
  storeBySize,
  type StoreOptions,
  type TransactionContext,
  type Value,
} from "../core/mod.ts";
import {
  type Content,
  type Opened,
  type Removed,
  removeRow,
  replaceRow,
} from "./row_changes.ts";
import { SharedRead } from "./shared_read.ts";
import { CHUNK_BYTES, SqliteChunks } from "./sqlite_chunks.ts";
import { type Connection, openDatabase } from "./sqlite_connection.ts";
import {
  isDiskFull,
  readOnlyError,
  unlessDamaged,
  unlessFull,
} from "./sqlite_errors.ts";
import {
  storedKey,
  storedMetadata,
  unreadableRow,
  valueRow,
} from "./sqlite_row.ts";
import type { FoundRow } from "./sqlite_schema.ts";
import { atomically } from "./sqlite_transaction.ts";
import { ChunkedValue, InlineValue } from "./sqlite_value.ts";
import { whenFree } from "./when_free.ts";

/** Options for {@linkcode SqliteStore}. */
export interface SqliteStoreOptions extends StoreOptions {
  /**
   * `true` makes the database where there is none, and its directory. With
   * `false`, connecting to it then fails with `Deno.errors.NotFound`.
   *
   * @default {true}
   */
  create?: boolean;
  /**
   * `true` writes a change through to the disk, safe from a loss of power, before
   * `set` or a commit returns. With `false` a loss of power may undo the last
   * commits, each of them as a whole.
   *
   * @default {false}
   */
  durable?: boolean;
}

/**
 * A store in an SQLite database, with transactions. Any number of processes may
 * use it at the same time.
 *
 * Larger values are kept in chunks, so that a value may be larger than memory.
 * The space of deleted values is used for the next ones. It goes back to the
 * disk when that was full, or has less of it than the database. For a full disk
 * some room is kept in a file beside the database, whose name ends in `-reserve`:
 * to delete a value takes some.
 *
 * A database that the process may not write, or not lock, can be read; changes
 * are refused with the `StoreError` `READ_ONLY`.
 *
 * What stands in the database is only data. A database with other tables, views
 * or triggers than a store makes is refused with the `StoreError` `DAMAGED`, and
 * so is a row that no store has written, by the calls for its key. A listing
 * passes over such a row, and `delete` removes it.
 *
 * Import it from `@sluice/sluice/store`; `@sluice/sluice` has it too, and loads
 * all modules.
 *
 * @typeParam M The metadata of every key, as the caller knows it; it is not
 * checked.
 *
 * @example Usage
 * ```ts
 * import { SqliteStore } from "@sluice/sluice/store";
 *
 * await using store = await new SqliteStore("results.db").connect();
 * await store.set("flights", "time,delay\n00:10,5\n");
 * console.log(await (await store.get("flights")).text());
 * ```
 */
export class SqliteStore<M extends object = Metadata> extends Store<M> {
  /** The path of the database, or `":memory:"`. */
  readonly path: string;

  readonly #create: boolean;
  readonly #durable: boolean;
  #opened: Opened | undefined;
  #damaged = 0;
  #isInTransaction = false;
  /** A change of the open transaction did not fit on the disk. */
  #wasFull = false;

  /**
   * Makes a store that is not connected yet.
   *
   * @param path The database, `":memory:"` for one in memory.
   * @param options How to open and write it.
   * @throws {TypeError} If the path is no string.
   * @throws {RangeError} If it is empty, or has a NUL.
   */
  constructor(path: string, options: SqliteStoreOptions = {}) {
    super(options);
    checkPath("path", path);
    this.path = path;
    this.#create = options.create ?? true;
    this.#durable = options.durable ?? false;
  }

  /**
   * Describes the store.
   *
   * @returns Its `backend`, whether it is `readonly` here, its `path`, its number
   * of `keys` and how many `damaged` rows the last listing has passed over.
   */
  info(): Promise<Readonly<Record<string, JsonValue>>> {
    return Promise.try(() => {
      const { statements } = this.#connected.connection;
      const row = unlessDamaged(() => statements.count.get());
      const keys = Number(row?.count);
      const damaged = this.#damaged;
      const { path } = this;
      this.#connected.connection.assertUnchanged?.();
      const readonly = !this.#connected.connection.room;
      return { backend: "sqlite", readonly, path, keys, damaged };
    });
  }

  /**
   * Makes a transaction of the store.
   *
   * @param notes Its purpose.
   * @returns Its context.
   */
  transaction(notes?: string): TransactionContext {
    return new SimpleTransactionContext(this, notes);
  }

  /**
   * Begins a transaction of the database.
   *
   * @param signal Ends the wait for other connections.
   */
  async beginTransaction(signal?: AbortSignal): Promise<void> {
    const { connection, chunks } = this.#writable();
    await whenFree(() => {
      SharedRead.endAll();
      connection.statements.begin.run();
      this.#isInTransaction = true;
      chunks.transactionBegan();
    }, signal);
  }

  /** Commits the transaction of the database. */
  commitTransaction(): void {
    const { connection, chunks } = this.#connected;
    try {
      unlessDamaged(() => connection.statements.commit.run());
    } catch (error) {
      if (isDiskFull(error)) this.#wasFull = true;
      throw error;
    }
    this.#isInTransaction = false;
    SharedRead.endAll();
    chunks.transactionEnded("committed");
  }

  /** Rolls back the transaction of the database. */
  rollbackTransaction(): void {
    const { connection, chunks } = this.#connected;
    this.#isInTransaction = false;
    // After some errors SQLite has already rolled back.
    if (connection.database.isTransaction) connection.statements.rollback.run();
    chunks.transactionEnded("rolled back");
    // What was written until then is left in the log.
    if (this.#wasFull) connection.room?.shortenLog();
    this.#wasFull = false;
  }

  /**
   * Opens the database, in a new directory if there is none, and removes the
   * chunks that killed processes left.
   */
  protected override async open(signal: AbortSignal): Promise<void> {
    if (this.#create) makeDirectoryOf(this.path);
    else await checkPresent(this.path);
    const connection = await openDatabase(this.path, this.#durable, signal);
    const chunks = new SqliteChunks(connection);
    this.#opened = { connection, chunks };
    try {
      if (connection.room) chunks.removeOrphans();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Closes the database. */
  protected override close(): void {
    this.#opened?.connection.sharedRead.end();
    this.#opened?.connection.database.close();
    this.#opened = undefined;
  }

  /** Looks up a key. */
  protected find(key: string): Value | undefined {
    const { connection, chunks } = this.#connected;
    const row = findRow(connection, key);
    connection.assertUnchanged?.();
    if (!row) return undefined;
    const { info, content } = valueRow(key, row);
    return typeof content === "number"
      ? new ChunkedValue(info, chunks.of(key, content, info.size))
      : new InlineValue(info, content);
  }

  /** All keys of this moment with their metadata, but those of damaged rows. */
  protected *entries(): Generator<[string, Metadata]> {
    const { first, last } = this.#idsOfRows();
    let damaged = 0;
    for (let id = first; id !== null && last !== null && id <= last;) {
      const { statements } = this.#connected.connection;
      const from = id;
      const rows = unlessDamaged(() => statements.page.all(from, last));
      this.#connected.connection.assertUnchanged?.();
      for (const row of rows) {
        const key = storedKey(row.key);
        const metadata = storedMetadata(row.metadata);
        if (key === undefined || metadata === undefined) damaged++;
        else yield [key, metadata];
      }
      id = BigInt(rows.at(-1)?.id as bigint ?? last) + 1n;
    }
    this.#damaged = damaged;
  }

  #idsOfRows() {
    const { statements } = this.#connected.connection;
    return unlessDamaged(() => statements.ids.get()) as {
      readonly first: bigint | null;
      readonly last: bigint | null;
    };
  }

  /** Writes one change. */
  protected put(
    key: string,
    change: Change,
    signal?: AbortSignal,
  ): MaybePromise<Changed> {
    const { data } = change;
    const { connection } = this.#writable();
    const replace = (content?: Content) => {
      const opened = this.#connected;
      const section = () => replaceRow(opened, key, change, content);
      return atomically(opened.connection, section, signal);
    };
    const store = () =>
      !data ? replace() : storeBySize(data, {
        smallBytes: CHUNK_BYTES - 1,
        chunkBytes: CHUNK_BYTES,
        small: (bytes) => replace({ size: bytes.length, bytes }),
        large: (first, rest) => {
          return this.#connected.chunks.upload(first, rest, replace, signal);
        },
      });
    return unlessFull(store, (error) => {
      if (!this.#noteFull()) connection.room?.shortenLog();
      throw error;
    });
  }

  /** Deletes a key. */
  protected remove(
    key: string,
    signal?: AbortSignal,
  ): MaybePromise<Metadata | undefined> {
    const { connection, chunks } = this.#writable();
    return unlessFull(() => {
      const removed = atomically(connection, () => {
        const removed = removeRow(this.#connected.connection, key);
        if (removed) chunks.remove(removed.upload);
        return removed;
      }, signal);
      return removed instanceof Promise
        ? removed.then((removed) => this.#afterRemoval(removed))
        : this.#afterRemoval(removed);
    }, (error) => this.#removeWhenFull(key, error));
  }

  #afterRemoval(
    removed: Removed | undefined,
  ): MaybePromise<Metadata | undefined> {
    if (!removed) return undefined;
    const { metadata, upload } = removed;
    const { room } = this.#connected.connection;
    if (!room?.noteRemoval(upload !== null)) return metadata;
    return room.giveBack().then(() => metadata);
  }

  /** Removes a key where there is no room for that but the reserve. */
  async #removeWhenFull(
    key: string,
    error: unknown,
  ): Promise<Metadata | undefined> {
    const { connection, chunks } = this.#writable();
    const { room } = connection;
    // Outside of the transaction the key may not go.
    if (!room || this.#noteFull()) throw error;
    return await room.withReserve(async () => {
      const removed = await atomically(
        connection,
        () => removeRow(this.#connected.connection, key),
      );
      // If this fails, they are removed when the store is next opened.
      await chunks.removeInSteps(removed?.upload).catch(() => {});
      return removed?.metadata;
    });
  }

  /**
   * Notes that a change did not fit, and returns whether it was a part of a
   * transaction of the user's: then its end gives the room back.
   */
  #noteFull(): boolean {
    this.#wasFull = this.#isInTransaction;
    return this.#wasFull;
  }

  #writable(): Opened {
    const opened = this.#connected;
    if (!opened.connection.room) throw readOnlyError();
    opened.connection.room.ensure();
    return opened;
  }

  get #connected(): Opened {
    this.assertConnected();
    if (this.#opened) return this.#opened;
    throw notConnectedError();
  }
}

/** Without a function to call for it: this is on the way of every read. */
function findRow(connection: Connection, key: string): FoundRow | undefined {
  try {
    if (!connection.database.isTransaction) connection.sharedRead.join();
    const row: unknown = connection.statements.find.get(key);
    return row as FoundRow | undefined;
  } catch (error) {
    throw unreadableRow(key, error);
  }
}

/** A process may have the permission for the database alone. */
function makeDirectoryOf(path: string): void {
  const directory = dirname(path);
  if (path === ":memory:" || existsSync(directory)) return;
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    if ((error as Error).name !== "NotCapable") throw error;
  }
}

async function checkPresent(path: string): Promise<void> {
  try {
    await fs.stat(path);
  } catch (error) {
    const { code } = error as { code?: string };
    throw code === "ENOENT" ? missingStoreError(path) : error;
  }
}
