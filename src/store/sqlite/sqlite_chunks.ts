import { nextTurn } from "../../internal/mod.ts";
import {
  type Chunks,
  type MaybePromise,
  replacedError,
  StoreError,
} from "../core/mod.ts";
import { ChunkReaders } from "./chunk_readers.ts";
import type { Connection } from "./sqlite_connection.ts";
import { isDiskFull } from "./sqlite_errors.ts";
import { damagedRow, readingRow } from "./sqlite_row.ts";
import { atomically } from "./sqlite_transaction.ts";

/**
 * Bytes in every chunk of a larger value but the last; a smaller value is in
 * the row of its key. Larger chunks are slower to read, because the system maps
 * a new buffer for each of them.
 */
export const CHUNK_BYTES = 65_536;
/** A writer that added no chunk for this time is gone. */
const ABANDONED_MILLISECONDS = 3_600_000;
/** Number of chunks after which a writer renews the time of its upload. */
const CHUNKS_PER_TOUCH = 64;
/** Number of chunks that are removed at once when there is little room. */
const CHUNKS_PER_STEP = 16;

/** An upload whose chunks are all there. */
export interface Uploaded {
  readonly size: number;
  readonly upload: number;
}

/** The chunks of one value. */
export interface ValueChunks {
  /** Throws unless the last chunk, which tells the size, is there. */
  check(): void;
  /** Reads the chunks from the byte `start` of the value to before `end`. */
  read(start: number, end: number): Iterable<Uint8Array>;
}

/** What the row of a value says of its chunks. */
interface StoredChunks {
  readonly key: string;
  readonly upload: number;
  readonly size: number;
}

/** The bytes of the larger values of a database, in chunks. */
export class SqliteChunks {
  readonly #connection: Connection;
  readonly #readers = new ChunkReaders((upload) => this.#forgetSoon(upload));

  /** Uploads removed in the open transaction, which a rollback brings back. */
  #removed: Set<number> | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Writes the chunks of a new value and calls `store` once all of them are
   * there, which takes them. If that fails, the chunks are removed.
   */
  async upload<T>(
    first: Uint8Array,
    rest: Chunks,
    store: (uploaded: Uploaded) => T | Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const upload = newUploadId();
    try {
      let size = await this.#add(upload, 0, first, signal);
      for await (const chunk of rest) {
        size += await this.#add(upload, size / CHUNK_BYTES, chunk, signal);
      }
      return await store({ size, upload });
    } catch (error) {
      // If this fails, or is aborted, the chunks are removed an hour later.
      await (isDiskFull(error)
        ? this.#giveBack(upload)
        : this.#forget(upload, signal)).catch(() => {});
      throw error;
    }
  }

  /** Gives the chunks to a key, within a transaction. */
  take(upload: number): void {
    const { endUpload } = this.#connection.statements;
    if (endUpload.run(upload).changes === 1) return;
    throw new StoreError(
      "ROLLED_BACK",
      "Cannot store the value: the transaction that wrote its first bytes was rolled back: await set() before the transaction ends",
    );
  }

  /** Removes chunks that no key has any more, within a transaction. */
  remove(upload: unknown): void {
    if (typeof upload !== "number" || this.#readers.mustKeep(upload)) return;
    this.#remove(upload);
  }

  /** Begins to note removed uploads, which a rollback would bring back. */
  transactionBegan(): void {
    this.#removed = new Set();
  }

  /** Repeats the removals of a transaction that was rolled back. */
  transactionEnded(state: "committed" | "rolled back"): void {
    const removed = this.#removed ?? [];
    this.#removed = undefined;
    if (state === "committed") return;
    for (const upload of removed) this.#forgetSoon(upload);
  }

  /** Returns the chunks of a value, of which none has been read yet. */
  of(key: string, upload: number, size: number): ValueChunks {
    const stored = { key, upload, size };
    return {
      check: () =>
        void this.#chunk(stored, Math.floor((size - 1) / CHUNK_BYTES)),
      read: (start, end) => this.#read(stored, start, end),
    };
  }

  *#read(
    stored: StoredChunks,
    start: number,
    end: number,
  ): Generator<Uint8Array> {
    using _reader = this.#readers.add(stored.upload);
    let number = Math.floor(start / CHUNK_BYTES);
    for (let at = start; at < end; number++) {
      const bytes = this.#chunk(stored, number);
      const offset = at - number * CHUNK_BYTES;
      const chunk = bytes.subarray(offset, offset + end - at);
      at += chunk.length;
      yield chunk;
      // The garbage collector would let the chunks of a large value pile up.
      bytes.buffer.transfer(0);
    }
  }

  /**
   * Removes the chunks of values that their writers left incomplete. Readers
   * need not wait for that: while others write, or where nothing can be written,
   * it is left to another time.
   */
  removeOrphans(): void {
    const { database, statements } = this.#connection;
    const abandoned = Date.now() - ABANDONED_MILLISECONDS;
    if (!statements.oldUpload.get(abandoned) && !statements.orphan.get()) {
      return;
    }
    try {
      statements.begin.run();
      statements.forgetUploads.run(abandoned);
      statements.removeOrphans.run();
      statements.commit.run();
    } catch {
      if (database.isTransaction) statements.rollback.run();
    }
  }

  /**
   * Removes chunks that no key has on a disk that is full, and gives their room
   * back to it: from the end, where it is cheap, and in steps, each of which
   * needs little room itself.
   */
  async removeInSteps(upload: unknown): Promise<void> {
    const { room } = this.#connection;
    if (typeof upload === "number" && !this.#readers.mustKeep(upload)) {
      while (await this.#removeLast(upload)) {
        room?.shortenLog();
        await nextTurn();
      }
    }
    await room?.giveBack();
  }

  async #giveBack(upload: number): Promise<void> {
    const { database, room } = this.#connection;
    // A transaction that did not fit takes them along when it is rolled back.
    if (database.isTransaction) return;
    await room?.withReserve(() => this.removeInSteps(upload));
  }

  /** Removes the last chunks; returns whether there were any. */
  #removeLast(upload: number): MaybePromise<boolean> {
    const { statements, room } = this.#connection;
    return atomically(this.#connection, () => {
      const count = CHUNKS_PER_STEP;
      const { changes } = statements.removeLastChunks.run({ upload, count });
      if (changes === 0) statements.endUpload.run(upload);
      room?.vacuum();
      return changes !== 0;
    });
  }

  async #add(
    upload: number,
    number: number,
    chunk: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const { statements } = this.#connection;
    await atomically(this.#connection, () => {
      const now = Date.now();
      if (number === 0) statements.beginUpload.run(upload, now);
      else if (number % CHUNKS_PER_TOUCH === 0) {
        statements.touchUpload.run(now, upload);
      }
      statements.addChunk.run(upload, number, chunk);
    }, signal);
    return chunk.length;
  }

  /** Reads a chunk, which has to be of the size that its value tells. */
  #chunk(stored: StoredChunks, number: number): Uint8Array<ArrayBuffer> {
    const { key, upload, size } = stored;
    const { database, statements } = this.#connection;
    if (!database.isOpen) {
      throw new StoreError(
        "NOT_CONNECTED",
        "Cannot read on: the store was disconnected while the value was being read: disconnect after the last read",
      );
    }
    const row = readingRow(key, () => statements.chunk.get(upload, number));
    this.#connection.assertUnchanged?.();
    const expected = Math.min(CHUNK_BYTES, size - number * CHUNK_BYTES);
    // A column of SQLite is never in shared memory.
    const bytes = row?.bytes as Uint8Array<ArrayBuffer> | undefined;
    if (bytes?.length === expected) return bytes;
    const isCurrent = readingRow(key, () => statements.old.get(key))
      ?.upload === upload;
    if (!bytes && !isCurrent) throw replacedError(key);
    throw damagedRow(
      key,
      `a chunk of ${expected} bytes, found ${bytes?.length ?? "none"}`,
    );
  }

  #forgetSoon(upload: number): void {
    // If this fails, the chunks are removed when the store is next opened.
    this.#forget(upload).catch(() => {});
  }

  /** Removes chunks that no key has and no reader needs any more. */
  async #forget(upload: number, signal?: AbortSignal): Promise<void> {
    const { database, statements } = this.#connection;
    // Of a closed database they are removed when it is next opened.
    if (!database.isOpen) return;
    await atomically(this.#connection, () => {
      statements.endUpload.run(upload);
      this.#remove(upload);
    }, signal);
  }

  /** Removes chunks, unless a key has them. */
  #remove(upload: number): void {
    this.#connection.statements.removeChunks.run({ upload });
    this.#removed?.add(upload);
  }
}

/**
 * Draws a number at random: the one of an upload that a transaction has rolled
 * back must not be used again while that upload still goes on.
 */
function newUploadId(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return (high & 0xf_ffff) * 2 ** 32 + low;
}
