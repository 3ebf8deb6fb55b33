import {
  type Change,
  type Changed,
  changedMetadata,
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
import { SharedRead } from "./shared_read.ts";
import { CHUNK_BYTES, SqliteChunks } from "./sqlite_chunks.ts";
import { type Connection, openDatabase } from "./sqlite_connection.ts";
import type { FoundRow } from "./sqlite_schema.ts";
import { atomically } from "./sqlite_transaction.ts";
import { ChunkedValue, InlineValue } from "./sqlite_value.ts";
import { whenFree } from "./when_free.ts";

/** Options for {@linkcode SqliteStore}. */
export interface SqliteStoreOptions extends StoreOptions {
  /**
   * `true` makes the database where there is none. With `false`, connecting to
   * it then fails with `Deno.errors.NotFound`.
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

const EMPTY = new Uint8Array();

/** The bytes of a new value: in memory, or in a complete upload. */
interface Content {
  readonly size: number;
  readonly bytes?: Uint8Array;
  readonly upload?: number;
}

/** The parts that are open while the store is connected. */
interface Opened {
  readonly connection: Connection;
  readonly chunks: SqliteChunks;
}

const EMPTY_CONTENT: Content = { size: 0, bytes: EMPTY };

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * A store in an SQLite database, with transactions. Any number of processes may
 * use it at the same time.
 *
 * Larger values are kept in chunks, so that a value may be larger than memory.
 * The space of deleted values is used for the next ones; the file never gets
 * smaller.
 *
 * @example Usage
 * ```ts
 * import { SqliteStore } from "@sluice/sluice/store";
 *
 * await using store = await new SqliteStore("results.db").connect();
 * await store.fromFile("flights", "flights.csv");
 * ```
 */
export class SqliteStore extends Store {
  /** The path of the database, or `":memory:"`. */
  readonly path: string;

  readonly #create: boolean;
  readonly #durable: boolean;
  #opened: Opened | undefined;

  /**
   * Makes a store that is not connected yet.
   *
   * @param path The database, `":memory:"` for one in memory.
   * @param options How to open and write it.
   */
  constructor(path: string, options: SqliteStoreOptions = {}) {
    super(options);
    this.path = path;
    this.#create = options.create ?? true;
    this.#durable = options.durable ?? false;
  }

  /**
   * Describes the store.
   *
   * @returns Its `backend`, that it is not `readonly`, its `path` and its
   * number of `keys`.
   */
  info(): Promise<Readonly<Record<string, JsonValue>>> {
    return Promise.try(() => {
      const { statements } = this.#connected.connection;
      const keys = Number(statements.count.get()?.count);
      return { backend: "sqlite", readonly: false, path: this.path, keys };
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
    const { connection, chunks } = this.#connected;
    await whenFree(() => {
      SharedRead.endAll();
      connection.statements.begin.run();
      chunks.transactionBegan();
    }, signal);
  }

  /** Commits the transaction of the database. */
  commitTransaction(): void {
    const { connection, chunks } = this.#connected;
    connection.statements.commit.run();
    SharedRead.endAll();
    chunks.transactionEnded("committed");
  }

  /** Rolls back the transaction of the database. */
  rollbackTransaction(): void {
    const { connection, chunks } = this.#connected;
    // After some errors SQLite has already rolled back.
    if (connection.database.isTransaction) connection.statements.rollback.run();
    chunks.transactionEnded("rolled back");
  }

  /** Opens the database and removes the chunks that killed processes left. */
  protected override async open(signal: AbortSignal): Promise<void> {
    if (!this.#create) await checkPresent(this.path);
    const connection = await openDatabase(this.path, this.#durable, signal);
    const chunks = new SqliteChunks(connection);
    this.#opened = { connection, chunks };
    try {
      await chunks.removeOrphans(signal);
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
    if (!connection.database.isTransaction) connection.sharedRead.join();
    const row = connection.statements.find.get(key) as FoundRow | undefined;
    if (!row) return undefined;
    const [text, size, created, modified, bytes, upload] = row;
    const info = { metadata: JSON.parse(text), size, created, modified };
    return bytes
      ? new InlineValue(info, bytes)
      : new ChunkedValue(info, (start, end) => {
        return chunks.read(key, Number(upload), start, end);
      });
  }

  /** All keys of this moment with their metadata. */
  protected *entries(): Generator<[string, Metadata]> {
    const { statements } = this.#connected.connection;
    const last = Number(statements.lastId.get()?.id ?? 0);
    for (let id = 0; id < last;) {
      const { statements } = this.#connected.connection;
      const rows = statements.page.all(id, last);
      for (const { key, metadata } of rows) {
        const text = decoder.decode(key as Uint8Array);
        yield [text, JSON.parse(String(metadata))];
      }
      id = Number(rows.at(-1)?.id ?? last);
    }
  }

  /** Writes one change. */
  protected put(
    key: string,
    change: Change,
    signal?: AbortSignal,
  ): MaybePromise<Changed> {
    const { data } = change;
    const replace = (content?: Content) =>
      this.#replace(key, change, content, signal);
    if (!data) return replace();
    return storeBySize(data, {
      smallBytes: CHUNK_BYTES - 1,
      chunkBytes: CHUNK_BYTES,
      small: (bytes) => replace({ size: bytes.length, bytes }),
      large: (first, rest) => {
        return this.#connected.chunks.upload(first, rest, replace, signal);
      },
    });
  }

  /** Deletes a key. */
  protected remove(
    key: string,
    signal?: AbortSignal,
  ): MaybePromise<Metadata | undefined> {
    const { connection, chunks } = this.#connected;
    const { statements } = connection;
    return atomically(connection, () => {
      const old = statements.old.get(key);
      if (!old) return undefined;
      statements.remove.run(key);
      chunks.remove(old.upload);
      return JSON.parse(String(old.metadata));
    }, signal);
  }

  /** Makes the new value of the key the current one, in one instant. */
  #replace(
    key: string,
    change: Change,
    content: Content | undefined,
    signal: AbortSignal | undefined,
  ): MaybePromise<Changed> {
    const { connection, chunks } = this.#connected;
    const { statements } = connection;
    return atomically(connection, () => {
      const old = statements.old.get(key);
      const before = old && JSON.parse(String(old.metadata));
      const metadata = changedMetadata(key, before, change);
      const text = JSON.stringify(metadata);
      const now = Date.now();
      if (old && !content) {
        statements.setMetadata.run(text, now, key);
        return { isNew: false, metadata };
      }
      const { size, bytes = null, upload = null } = content ?? EMPTY_CONTENT;
      if (upload !== null) chunks.take(upload);
      statements.set.run({
        key,
        metadata: text,
        size,
        now,
        bytes,
        upload,
      });
      chunks.remove(old?.upload);
      return { isNew: !old, metadata };
    }, signal);
  }

  get #connected(): Opened {
    this.assertConnected();
    if (this.#opened) return this.#opened;
    throw notConnectedError();
  }
}

async function checkPresent(path: string): Promise<void> {
  try {
    await Deno.stat(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw missingStoreError(path);
  }
}
