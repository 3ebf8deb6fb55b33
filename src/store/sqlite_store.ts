import { bufferIterator } from "../streams/mod.ts";
import { chunksOf } from "./chunks.ts";
import type { JsonValue, Metadata } from "./metadata.ts";
import type { StoreOptions } from "./read_only_store.ts";
import { ChunkReaders } from "./sqlite_readers.ts";
import { type Connection, openDatabase } from "./sqlite_schema.ts";
import { atomically, begin } from "./sqlite_transaction.ts";
import { type Change, type Changed, changedMetadata, Store } from "./store.ts";
import { quoted, StoreError } from "./store_error.ts";
import {
  SimpleTransactionContext,
  type TransactionContext,
} from "./transaction.ts";
import { STREAM_CHUNK_BYTES, Value, type ValueInfo } from "./value.ts";

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

/**
 * Bytes in every chunk of a larger value but the last; a smaller value is in
 * the row of its key. Larger chunks would be read slower: the buffer of each
 * would be mapped anew.
 */
const CHUNK_BYTES = 65_536;
/** A value that got no chunk for so long is being written by nobody. */
const ABANDONED_MILLISECONDS = 3_600_000;
/** Chunks after which a value that is being written says so. */
const CHUNKS_PER_TOUCH = 64;
const EMPTY = new Uint8Array();

/** The bytes of a new value: here, or in an upload that has them all. */
interface Content {
  readonly size: number;
  readonly bytes?: Uint8Array;
  readonly upload?: number;
}

const EMPTY_CONTENT: Content = { size: 0, bytes: EMPTY };

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * A store in an SQLite database, with transactions. Any number of processes may
 * use it at the same time.
 *
 * Larger values are kept in chunks, so that a value may be larger than memory.
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
  readonly #readers = new ChunkReaders((upload) => {
    // What stays here for whatever reason goes when the store is next opened.
    this.#forget(upload).catch(() => {});
  });
  #connection: Connection | undefined;

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
    const { path } = this;
    const keys = Number(this.#connected.statements.count.get()?.count);
    return Promise.resolve({ backend: "sqlite", readonly: false, path, keys });
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
    await begin(this.#connected);
  }

  /** Commits the transaction of the database. */
  commitTransaction(): void {
    this.#connected.statements.commit.run();
  }

  /** Rolls back the transaction of the database. */
  rollbackTransaction(): void {
    const { database, statements } = this.#connected;
    // SQLite itself has already rolled back after some errors.
    if (database.isTransaction) statements.rollback.run();
  }

  /** Opens the database and removes what killed processes left in it. */
  protected override async open(): Promise<void> {
    if (!this.#create) await assertPresent(this.path);
    const connection = await openDatabase(this.path, this.#durable);
    this.#connection = connection;
    try {
      await atomically(connection, () => removeOrphans(connection));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Closes the database. */
  protected override close(): void {
    this.#connection?.database.close();
    this.#connection = undefined;
  }

  /** Looks up a key. */
  protected find(key: string): Value | undefined {
    const row = this.#connected.statements.find.get(encoder.encode(key));
    if (!row) return undefined;
    const info = {
      metadata: JSON.parse(String(row.metadata)),
      size: Number(row.size),
      created: Number(row.created),
      modified: Number(row.modified),
    };
    return row.bytes instanceof Uint8Array
      ? new InlineValue(info, row.bytes)
      : new ChunkedValue(info, (start, end) => {
        return this.#readChunks(key, Number(row.upload), start, end);
      });
  }

  /** All keys of this moment with their metadata. */
  protected *entries(): Generator<[string, Metadata]> {
    const { statements } = this.#connected;
    const last = Number(statements.lastId.get()?.id ?? 0);
    for (let id = 0; id < last;) {
      const rows = this.#connected.statements.page.all(id, last);
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
    return this.#putStream(key, change, data);
  }

  /** Deletes a key. */
  protected remove(
    key: string,
  ): Metadata | undefined | Promise<Metadata | undefined> {
    const connection = this.#connected;
    const { statements } = connection;
    const keyBytes = encoder.encode(key);
    return atomically(connection, () => {
      const old = statements.old.get(keyBytes);
      if (!old) return undefined;
      statements.remove.run(keyBytes);
      this.#removeChunks(old.upload);
      return JSON.parse(String(old.metadata));
    });
  }

  /** Writes the bytes in chunks, and the key's row when all are there. */
  async #putStream(
    key: string,
    change: Change,
    data: Uint8Array | ReadableStream<Uint8Array>,
  ): Promise<Changed> {
    const chunks = chunksOf(data, CHUNK_BYTES);
    try {
      const { value: first = EMPTY } = await chunks.next();
      if (first.length < CHUNK_BYTES) {
        const content = { size: first.length, bytes: first };
        return await this.#replace(key, change, content);
      }
      return await this.#upload(key, change, first, chunks);
    } finally {
      await chunks.return(undefined);
    }
  }

  async #upload(
    key: string,
    change: Change,
    first: Uint8Array,
    rest: AsyncIterable<Uint8Array>,
  ): Promise<Changed> {
    const upload = newUploadId();
    let size = 0;
    const add = (chunk: Uint8Array) => {
      const number = size / CHUNK_BYTES;
      size += chunk.length;
      return this.#addChunk(upload, number, chunk);
    };
    try {
      await add(first);
      for await (const chunk of rest) await add(chunk);
      return await this.#replace(key, change, { size, upload });
    } catch (error) {
      await this.#forget(upload);
      throw error;
    }
  }

  #addChunk(
    upload: number,
    number: number,
    chunk: Uint8Array,
  ): void | Promise<void> {
    const connection = this.#connected;
    const { statements } = connection;
    return atomically(connection, () => {
      const now = Date.now();
      if (number === 0) statements.beginUpload.run(upload, now);
      else if (number % CHUNKS_PER_TOUCH === 0) {
        statements.touchUpload.run(now, upload);
      }
      statements.addChunk.run(upload, number, chunk);
    });
  }

  /** Removes chunks that no key has and nobody reads any more. */
  async #forget(upload: number): Promise<void> {
    // Without a connection that is left to whoever connects next.
    if (!this.#connection) return;
    const connection = this.#connection;
    const { statements } = connection;
    await atomically(connection, () => {
      statements.endUpload.run(upload);
      statements.removeChunks.run({ upload });
    });
  }

  /** Makes the new value of the key the current one, in one instant. */
  #replace(
    key: string,
    change: Change,
    content?: Content,
  ): Changed | Promise<Changed> {
    const connection = this.#connected;
    const { statements } = connection;
    const keyBytes = encoder.encode(key);
    return atomically(connection, () => {
      const old = statements.old.get(keyBytes);
      const before = old && JSON.parse(String(old.metadata));
      const metadata = changedMetadata(key, before, change);
      const text = JSON.stringify(metadata);
      const now = Date.now();
      if (old && !content) {
        statements.setMetadata.run(text, now, keyBytes);
        return { isNew: false, metadata };
      }
      const { size, bytes = null, upload = null } = content ?? EMPTY_CONTENT;
      if (upload !== null) this.#endUpload(upload);
      statements.set.run({
        key: keyBytes,
        metadata: text,
        size,
        now,
        bytes,
        upload,
      });
      this.#removeChunks(old?.upload);
      return { isNew: !old, metadata };
    });
  }

  #endUpload(upload: number): void {
    if (this.#connected.statements.endUpload.run(upload).changes === 1) return;
    throw new StoreError(
      "ROLLED_BACK",
      "The first bytes of the value went with the transaction that they were written in: wait for set() before its end",
    );
  }

  #removeChunks(upload: unknown): void {
    if (typeof upload !== "number") return;
    if (this.#readers.mustKeep(upload)) return;
    this.#connected.statements.removeChunks.run({ upload });
  }

  /** The chunks of a value from the byte `start` to before the byte `end`. */
  *#readChunks(
    key: string,
    upload: number,
    start: number,
    end: number,
  ): Generator<Uint8Array> {
    using _reader = this.#readers.add(upload);
    let number = Math.floor(start / CHUNK_BYTES);
    for (let at = start; at < end; number++) {
      const row = this.#connected.statements.chunk.get(upload, number);
      if (!(row?.bytes instanceof Uint8Array)) throw replaced(key);
      const offset = at - number * CHUNK_BYTES;
      const chunk = row.bytes.subarray(offset, offset + end - at);
      at += chunk.length;
      yield chunk;
      // Left to the garbage collector, the chunks of a large value pile up.
      (row.bytes.buffer as ArrayBuffer).transfer(0);
    }
  }

  get #connected(): Connection {
    this.assertConnected();
    if (this.#connection) return this.#connection;
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

/**
 * Drawn at random: the number of an upload that a transaction has rolled back
 * must not come up again while that upload still goes on.
 */
function newUploadId(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return (high & 0xf_ffff) * 2 ** 32 + low;
}

function replaced(key: string): StoreError {
  return new StoreError(
    "REPLACED",
    `The value of ${
      quoted(key)
    } was replaced or deleted before it was read: get it again`,
  );
}

/** Removes the chunks of values that nobody has completed. */
function removeOrphans({ statements }: Connection): void {
  statements.forgetUploads.run(Date.now() - ABANDONED_MILLISECONDS);
  statements.removeOrphans.run();
}

async function assertPresent(path: string): Promise<void> {
  try {
    await Deno.stat(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`There is no store in "${path}"`);
  }
}
