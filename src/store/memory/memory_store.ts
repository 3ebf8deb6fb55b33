import {
  type Change,
  type Changed,
  changedMetadata,
  type JsonValue,
  type MaybePromise,
  type Metadata,
  SimpleTransactionContext,
  Store,
  type TransactionContext,
  Value,
} from "../core/mod.ts";
import {
  memoryBytes,
  type MemoryChunks,
  memoryStream,
} from "./memory_bytes.ts";

/** The value of one key. It is never changed, only replaced. */
interface Entry {
  readonly chunks: MemoryChunks;
  readonly size: number;
  readonly metadata: Metadata;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/**
 * A store in the memory of this process, with transactions.
 *
 * Import it from `@sluice/sluice/store`; `@sluice/sluice` has it too, and loads
 * all modules.
 *
 * @typeParam M The metadata of every key, as the caller knows it; it is not
 * checked.
 *
 * @example Usage
 * ```ts
 * import { MemoryStore } from "@sluice/sluice/store";
 *
 * await using store = await new MemoryStore().connect();
 * await store.set("a", "text");
 * ```
 */
export class MemoryStore<M extends object = Metadata> extends Store<M> {
  readonly #entries = new Map<string, Entry>();
  /** The entries from before the open transaction, of the keys it changed. */
  #before: Map<string, Entry | undefined> | undefined;

  /**
   * Describes the store.
   *
   * @returns Its `backend`, that it is not `readonly`, its number of `keys`.
   */
  info(): Promise<Readonly<Record<string, JsonValue>>> {
    const keys = this.#entries.size;
    return Promise.resolve({ backend: "memory", readonly: false, keys });
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

  /** Begins to keep the entries that are changed. */
  beginTransaction(): void {
    this.assertConnected();
    this.#before = new Map();
  }

  /** Drops the entries from before. */
  commitTransaction(): void {
    this.#before = undefined;
  }

  /** Brings back the entries from before. */
  rollbackTransaction(): void {
    for (const [key, entry] of this.#before ?? []) {
      if (entry) this.#entries.set(key, entry);
      else this.#entries.delete(key);
    }
    this.#before = undefined;
  }

  /** Looks up a key. */
  protected find(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    return entry && new MemoryValue(entry);
  }

  /** All keys of this moment with their metadata. */
  protected *entries(): Generator<[string, Metadata]> {
    for (const [key, { metadata }] of [...this.#entries]) yield [key, metadata];
  }

  /** Writes one change. */
  protected put(key: string, change: Change): MaybePromise<Changed> {
    const { data } = change;
    if (data === undefined) return this.#replace(key, change);
    if (data instanceof Uint8Array) {
      // The slice() of a Buffer of Node.js would still be the caller's memory.
      return this.#replace(key, change, [new Uint8Array(data)]);
    }
    return this.#replaceLater(key, change, data);
  }

  /** Deletes a key. */
  protected remove(key: string): Metadata | undefined {
    const old = this.#entries.get(key);
    this.#remember(key, old);
    this.#entries.delete(key);
    return old?.metadata;
  }

  async #replaceLater(
    key: string,
    change: Change,
    data: ReadableStream<Uint8Array>,
  ): Promise<Changed> {
    const chunks = await Array.fromAsync(data, ownChunk);
    return this.#replace(key, change, chunks);
  }

  #replace(
    key: string,
    change: Change,
    newChunks?: MemoryChunks,
  ): Changed {
    const old = this.#entries.get(key);
    const metadata = changedMetadata(key, old?.metadata, change);
    const chunks = newChunks ?? old?.chunks ?? [];
    const size = chunks.reduce((size, chunk) => size + chunk.length, 0);
    const modified = Date.now();
    const created = old?.created ?? modified;
    this.#remember(key, old);
    this.#entries.set(key, { chunks, size, metadata, created, modified });
    return { isNew: !old, metadata };
  }

  /** Keeps an entry that a rollback has to bring back. */
  #remember(key: string, entry: Entry | undefined): void {
    if (this.#before?.has(key) === false) this.#before.set(key, entry);
  }
}

class MemoryValue extends Value {
  readonly #chunks: MemoryChunks;

  constructor(entry: Entry) {
    super(entry);
    this.#chunks = entry.chunks;
  }

  protected read(
    start: number,
    end: number,
    signal?: AbortSignal,
  ): ReadableStream<Uint8Array> {
    return memoryStream(this.#chunks, start, end, signal);
  }

  protected override readWhole(): Promise<Uint8Array<ArrayBuffer>> {
    return Promise.resolve(memoryBytes(this.#chunks, 0, this.size));
  }
}

/**
 * Copies a chunk that is a part of a larger buffer, which would be kept whole,
 * and one of a class whose `slice` may be another, as that of Node's `Buffer`.
 */
function ownChunk(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = chunk;
  const isOwn = chunk.constructor === Uint8Array &&
    buffer instanceof ArrayBuffer && chunk.length === buffer.byteLength;
  return isOwn ? chunk as Uint8Array<ArrayBuffer> : new Uint8Array(chunk);
}
