import { bufferIterator } from "../../streams/mod.ts";
import { type Change, type Changed, changedMetadata } from "../core/change.ts";
import { withChunks } from "../core/chunks.ts";
import type { JsonValue, Metadata } from "../core/metadata.ts";
import type { StoreOptions } from "../core/read_only_store.ts";
import { CHUNK_BYTES, SqliteChunks } from "./sqlite_chunks.ts";
import {
  type Connection,
  type FoundRow,
  openDatabase,
} from "./sqlite_schema.ts";
import { SharedRead } from "./shared_read.ts";
import { atomically, whenFree } from "./sqlite_transaction.ts";
import { Store } from "../core/store.ts";
import { StoreError } from "../core/store_error.ts";
import {
  SimpleTransactionContext,
  type TransactionContext,
} from "../core/simple_transaction_context.ts";
import { STREAM_CHUNK_BYTES, Value, type ValueInfo } from "../core/value.ts";

/** Options for {@linkcode SqliteStore}. */
export interface SqliteStoreOptions extends StoreOptions {
  /**
   * Whether to make the database where there is none. Otherwise connecting to
   * it fails with `Deno.errors.NotFound`.
   *
   * @default {true}
   */
  create?: boolean;
  /**
   * Whether what was written is on the disk, safe from a loss of power, before
   * `set` or a commit returns. Otherwise the last commits may be lost with the
   * power, none of them by halves.
   *
   * @default {false}
   */
  durable?: boolean;
}

const EMPTY = new Uint8Array();

/** The bytes of a new value: here, or in an upload that has them all. */
interface Content {
  readonly size: number;
  readonly bytes?: Uint8Array;
  readonly upload?: number;
}

/** What is open while the store is connected. */
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
 * The room of what was deleted is used for what comes next; the file never gets
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
   * @param options What to make of it.
   */
  constructor(path: string, options: SqliteStoreOptions = {}) {
    super(options);
    this.path = path;
    this.#create = options.create ?? true;
    this.#durable = options.durable ?? false;
  }

  /**
   * What is known about the store.
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
   * A transaction of the store.
   *
   * @param notes What it is for.
   * @returns Its context.
   */
  transaction(notes?: string): TransactionContext {
    return new SimpleTransactionContext(this, notes);
  }

  /** Begins a transaction of the database. */
  async beginTransaction(): Promise<void> {
    const { connection, chunks } = this.#connected;
    await whenFree(() => {
      SharedRead.endAll();
      connection.statements.begin.run();
      chunks.transactionBegan();
    });
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
    // SQLite itself has already rolled back after some errors.
    if (connection.database.isTransaction) connection.statements.rollback.run();
    chunks.transactionEnded("rolled back");
  }

  /** Opens the database and removes what killed processes left in it. */
  protected override async open(): Promise<void> {
    if (!this.#create) await assertPresent(this.path);
    const connection = await openDatabase(this.path, this.#durable);
    const chunks = new SqliteChunks(connection);
    this.#opened = { connection, chunks };
    try {
      await chunks.removeOrphans();
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
  protected put(key: string, change: Change): Changed | Promise<Changed> {
    const { data } = change;
    if (!data) return this.#replace(key, change);
    if (data instanceof Uint8Array && data.length < CHUNK_BYTES) {
      return this.#replace(key, change, { size: data.length, bytes: data });
    }
    return withChunks(data, CHUNK_BYTES, (first, rest) => {
      const { length: size } = first;
      return size < CHUNK_BYTES
        ? this.#replace(key, change, { size, bytes: first })
        : this.#connected.chunks.upload(first, rest, (uploaded) => {
          return this.#replace(key, change, uploaded);
        });
    });
  }

  /** Deletes a key. */
  protected remove(
    key: string,
  ): Metadata | undefined | Promise<Metadata | undefined> {
    const { connection, chunks } = this.#connected;
    const { statements } = connection;
    return atomically(connection, () => {
      const old = statements.old.get(key);
      if (!old) return undefined;
      statements.remove.run(key);
      chunks.remove(old.upload);
      return JSON.parse(String(old.metadata));
    });
  }

  /** Makes the new value of the key the current one, in one instant. */
  #replace(
    key: string,
    change: Change,
    content?: Content,
  ): Changed | Promise<Changed> {
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
    });
  }

  get #connected(): Opened {
    this.assertConnected();
    if (this.#opened) return this.#opened;
    throw new StoreError("NOT_CONNECTED", "The store is being connected");
  }
}

class InlineValue extends Value {
  readonly #bytes: Uint8Array;

  constructor(info: ValueInfo, bytes: Uint8Array) {
    super(info);
    this.#bytes = bytes;
  }

  protected read(start: number, end: number): ReadableStream<Uint8Array> {
    return bufferIterator(this.#bytes.subarray(start, end));
  }

  override bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return Promise.resolve(new Uint8Array(this.#bytes));
  }
}

class ChunkedValue extends Value {
  readonly #chunks: (start: number, end: number) => Iterable<Uint8Array>;

  constructor(
    info: ValueInfo,
    chunks: (start: number, end: number) => Iterable<Uint8Array>,
  ) {
    super(info);
    this.#chunks = chunks;
  }

  protected read(start: number, end: number): ReadableStream<Uint8Array> {
    return bufferIterator(this.#chunks(start, end), {
      bufferSize: STREAM_CHUNK_BYTES,
    });
  }
}

async function assertPresent(path: string): Promise<void> {
  try {
    await Deno.stat(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`There is no store in "${path}"`);
  }
}
