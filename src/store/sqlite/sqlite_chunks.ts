import { ChunkReaders } from "./chunk_readers.ts";
import type { Connection } from "./sqlite_schema.ts";
import { atomically } from "./sqlite_transaction.ts";
import { replacedError, StoreError } from "../core/store_error.ts";

/**
 * Bytes in every chunk of a larger value but the last; a smaller value is in
 * the row of its key. Larger chunks would be read slower: the buffer of each
 * would be mapped anew.
 */
export const CHUNK_BYTES = 65_536;
/** A value that got no chunk for so long is being written by nobody. */
const ABANDONED_MILLISECONDS = 3_600_000;
/** Chunks after which a value that is being written says so. */
const CHUNKS_PER_TOUCH = 64;

/** The bytes of an upload that is complete. */
export interface Uploaded {
  readonly size: number;
  readonly upload: number;
}

/** The bytes of the larger values of a database, in chunks. */
export class SqliteChunks {
  readonly #connection: Connection;
  readonly #readers = new ChunkReaders((upload) => this.#forgetSoon(upload));

  /** What was removed in the open transaction, and may have to be again. */
  #removed: Set<number> | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Writes the chunks of a new value, to be taken by `store` when all of them
   * are there. If that fails, nothing is left of them.
   */
  async upload<T>(
    first: Uint8Array,
    rest: AsyncIterable<Uint8Array>,
    store: (uploaded: Uploaded) => T | Promise<T>,
  ): Promise<T> {
    const upload = newUploadId();
    try {
      let size = await this.#add(upload, 0, first);
      for await (const chunk of rest) {
        size += await this.#add(upload, size / CHUNK_BYTES, chunk);
      }
      return await store({ size, upload });
    } catch (error) {
      await this.#forget(upload);
      throw error;
    }
  }

  /** Says, within a transaction, that a key has the chunks now. */
  take(upload: number): void {
    const { endUpload } = this.#connection.statements;
    if (endUpload.run(upload).changes === 1) return;
    throw new StoreError(
      "ROLLED_BACK",
      "The first bytes of the value went with the transaction that they were written in: wait for set() before its end",
    );
  }

  /** Removes, within a transaction, chunks that no key has any more. */
  remove(upload: unknown): void {
    if (typeof upload !== "number" || this.#readers.mustKeep(upload)) return;
    this.#remove(upload);
  }

  /** Begins to remember what a rollback would bring back. */
  transactionBegan(): void {
    this.#removed = new Set();
  }

  /** Removes what a transaction that was rolled back had removed in vain. */
  transactionEnded(state: "committed" | "rolled back"): void {
    const removed = this.#removed ?? [];
    this.#removed = undefined;
    if (state === "committed") return;
    for (const upload of removed) this.#forgetSoon(upload);
  }

  /** The chunks from the byte `start` of the value to before its byte `end`. */
  *read(
    key: string,
    upload: number,
    start: number,
    end: number,
  ): Generator<Uint8Array> {
    using _reader = this.#readers.add(upload);
    let number = Math.floor(start / CHUNK_BYTES);
    for (let at = start; at < end; number++) {
      const bytes = this.#chunk(upload, number);
      if (!bytes) throw replacedError(key);
      const offset = at - number * CHUNK_BYTES;
      const chunk = bytes.subarray(offset, offset + end - at);
      at += chunk.length;
      yield chunk;
      // Left to the garbage collector, the chunks of a large value pile up.
      bytes.buffer.transfer(0);
    }
  }

  /** Removes the chunks of values that nobody has completed. */
  async removeOrphans(): Promise<void> {
    const { statements } = this.#connection;
    await atomically(this.#connection, () => {
      statements.forgetUploads.run(Date.now() - ABANDONED_MILLISECONDS);
      statements.removeOrphans.run();
    });
  }

  async #add(
    upload: number,
    number: number,
    chunk: Uint8Array,
  ): Promise<number> {
    const { statements } = this.#connection;
    await atomically(this.#connection, () => {
      const now = Date.now();
      if (number === 0) statements.beginUpload.run(upload, now);
      else if (number % CHUNKS_PER_TOUCH === 0) {
        statements.touchUpload.run(now, upload);
      }
      statements.addChunk.run(upload, number, chunk);
    });
    return chunk.length;
  }

  #chunk(upload: number, number: number): Uint8Array<ArrayBuffer> | undefined {
    const { database, statements } = this.#connection;
    if (!database.isOpen) {
      throw new StoreError(
        "NOT_CONNECTED",
        "The store was disconnected while a value was being read",
      );
    }
    const row = statements.chunk.get(upload, number);
    // A column of SQLite is never in shared memory.
    return row?.bytes as Uint8Array<ArrayBuffer> | undefined;
  }

  #forgetSoon(upload: number): void {
    // What stays here for whatever reason goes when the store is next opened.
    this.#forget(upload).catch(() => {});
  }

  /** Removes chunks that no key has and nobody reads any more. */
  async #forget(upload: number): Promise<void> {
    const { database, statements } = this.#connection;
    // Without a database that is left to whoever opens it next.
    if (!database.isOpen) return;
    await atomically(this.#connection, () => {
      statements.endUpload.run(upload);
      this.#remove(upload);
    });
  }

  /** Removes chunks, unless there is a key that has them. */
  #remove(upload: number): void {
    this.#connection.statements.removeChunks.run({ upload });
    this.#removed?.add(upload);
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
