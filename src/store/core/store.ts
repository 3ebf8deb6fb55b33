import { bufferIterator, type ByteSource } from "../../streams/mod.ts";
import type { Change, Changed } from "./change.ts";
import { copyMetadata, type Metadata } from "./metadata.ts";
import { type MaybePromise, ReadOnlyStore } from "./read_only_store.ts";
import { assertSeveral } from "./several.ts";
import { KeyError, quoted } from "./store_error.ts";
import {
  StoreDeleteEvent,
  StoreSetEvent,
  StoreUpdateEvent,
} from "./store_events.ts";
import { StoreProgressManager } from "./store_progress_manager.ts";
import type { TransactionContext } from "./simple_transaction_context.ts";
import { turnsOf } from "./transaction_turns.ts";
import { assertValue, type ValueInit } from "./value_init.ts";

/** Options of the methods that store bytes. */
export interface SetOptions {
  /**
   * Bytes that are read from the source at a time.
   *
   * @default {1_048_576}
   */
  bufferSize?: number;
  /** Gives up, with the signal's reason; the old value stays. */
  signal?: AbortSignal;
}

/**
 * A key-value store that can be read and written.
 *
 * A backend implements `put`, `remove` and `transaction` besides what a
 * {@linkcode ReadOnlyStore} implements, and shows with `testStore` of
 * `@sluice/sluice/store/testing` that it behaves like every other.
 *
 * Source of the semantics: `encore.storage.AbstractStore`.
 *
 * @example Usage
 * ```ts
 * import { openStore, Store } from "@sluice/sluice/store";
 *
 * await using from = await openStore("file:results");
 * await using to = await openStore("sqlite:results.db");
 * if (to instanceof Store) await to.set("a", from.get("a"));
 * ```
 */
export abstract class Store extends ReadOnlyStore {
  /**
   * Stores a value, as a whole or not at all.
   *
   * @param key The key.
   * @param value Its bytes and metadata, for instance of another store.
   * @param options How to read the bytes.
   * @throws {TypeError} If the data is no byte source or the metadata not JSON.
   * @throws {RangeError} If `size` is neither -1 nor a non-negative integer.
   * @throws Whatever the source fails with; the old value stays then.
   */
  async set(
    key: string,
    value: ValueInit | PromiseLike<ValueInit>,
    options: SetOptions = {},
  ): Promise<void> {
    this.assertKey(key);
    const { data, metadata = {}, size } = assertValue(await value);
    const copy = copyMetadata(metadata);
    await this.#setData(key, data, copy, "replace", { ...options, size });
  }

  /**
   * Replaces the bytes of a key and leaves its metadata as it is. A new key
   * has none.
   *
   * @param key The key.
   * @param data The bytes, or where they come from.
   * @param options How to read them.
   * @throws {TypeError} If the data is no byte source.
   * @throws Whatever the source fails with; the old value stays then.
   */
  async setData(
    key: string,
    data: ByteSource,
    options: SetOptions = {},
  ): Promise<void> {
    this.assertKey(key);
    await this.#setData(key, data, {}, "merge", options);
  }

  /**
   * Replaces the metadata of a key and leaves its bytes as they are. A new key
   * has none.
   *
   * @param key The key.
   * @param metadata Whatever JSON can say.
   * @throws {TypeError} If it is more than that.
   */
  async setMetadata(key: string, metadata: Metadata): Promise<void> {
    this.assertKey(key);
    await this.#change(key, {
      metadata: copyMetadata(metadata),
      mode: "replace",
    });
  }

  /**
   * Changes some of the metadata of a key and leaves the rest as it is.
   *
   * @param key The key.
   * @param metadata The names to change, with their new values.
   * @throws {KeyError} If the store has no such key.
   * @throws {TypeError} If the metadata is more than JSON can say.
   */
  async updateMetadata(key: string, metadata: Metadata): Promise<void> {
    this.assertKey(key);
    await this.#change(key, {
      metadata: copyMetadata(metadata),
      mode: "update",
    });
  }

  /**
   * Deletes a key and its value.
   *
   * @param key The key.
   * @throws {KeyError} If the store has no such key.
   */
  async delete(key: string): Promise<void> {
    this.assertKey(key);
    this.assertConnected();
    await turnsOf(this).write(async () => {
      const metadata = await this.remove(key);
      if (!metadata) throw new KeyError(key);
      this.eventManager.emit(
        new StoreDeleteEvent({ source: this, key, metadata }),
      );
    });
  }

  /**
   * Stores several values in one transaction, if the store has transactions.
   *
   * @param values Pairs of a key and its value, for instance a `Map`.
   * @param options How to read the bytes.
   */
  async multiset(
    values: Several<ValueInit | PromiseLike<ValueInit>>,
    options: SetOptions = {},
  ): Promise<void> {
    await this.#each(
      "values",
      values,
      (key, value) => this.set(key, value, options),
    );
  }

  /**
   * Replaces the bytes of several keys in one transaction, if the store has
   * transactions.
   *
   * @param data Pairs of a key and its bytes.
   * @param options How to read them.
   */
  async multisetData(
    data: Several<ByteSource>,
    options: SetOptions = {},
  ): Promise<void> {
    await this.#each(
      "data",
      data,
      (key, data) => this.setData(key, data, options),
    );
  }

  /**
   * Replaces the metadata of several keys in one transaction, if the store has
   * transactions.
   *
   * @param metadata Pairs of a key and its metadata.
   */
  async multisetMetadata(metadata: Several<Metadata>): Promise<void> {
    await this.#each(
      "metadata",
      metadata,
      (key, data) => this.setMetadata(key, data),
    );
  }

  /**
   * Changes some of the metadata of several keys in one transaction, if the
   * store has transactions.
   *
   * @param metadata Pairs of a key and the names to change.
   */
  async multiupdateMetadata(metadata: Several<Metadata>): Promise<void> {
    await this.#each(
      "metadata",
      metadata,
      (key, data) => this.updateMetadata(key, data),
    );
  }

  /**
   * Copies a file into the store; the metadata of the key stays.
   *
   * @param key The key.
   * @param path The file.
   * @param options How to read it.
   */
  async fromFile(
    key: string,
    path: string | URL,
    options: SetOptions = {},
  ): Promise<void> {
    this.assertKey(key);
    using file = await Deno.open(path);
    const { isFile, size } = await file.stat();
    await this.#setData(key, file, {}, "merge", {
      ...options,
      size: isFile ? size : undefined,
    });
  }

  /**
   * Copies bytes into the store; the metadata of the key stays.
   *
   * @param key The key.
   * @param bytes The bytes.
   */
  async fromBytes(key: string, bytes: Uint8Array): Promise<void> {
    if (!(bytes instanceof Uint8Array)) {
      throw new TypeError(
        `bytes must be a Uint8Array, found ${Deno.inspect(bytes)}`,
      );
    }
    await this.setData(key, bytes);
  }

  /**
   * A transaction of the store, yet to be run or entered.
   *
   * @param notes What it is for.
   * @returns Its context, which does nothing if the store has no transactions.
   */
  abstract transaction(notes?: string): TransactionContext;

  /**
   * Writes one change, as a whole or not at all.
   *
   * @param key A key that `checkKey` let pass.
   * @param change What to write.
   * @returns What came of it.
   */
  protected abstract put(key: string, change: Change): MaybePromise<Changed>;

  /**
   * Deletes a key and its value.
   *
   * @param key A key that `checkKey` let pass.
   * @returns The metadata it had, or `undefined` if there was no such key.
   */
  protected abstract remove(key: string): MaybePromise<Metadata | undefined>;

  async #setData(
    key: string,
    data: ByteSource,
    metadata: Metadata,
    mode: Change["mode"],
    options: SetOptions & { size?: number },
  ): Promise<void> {
    const { size = -1, bufferSize, signal } = options;
    this.assertConnected();
    const isPlain = bufferSize === undefined && signal === undefined;
    if (data instanceof Uint8Array && isPlain) {
      return await this.#change(key, { data, metadata, mode });
    }
    const progress = new StoreProgressManager(this.eventManager, {
      source: this,
      message: `Setting ${quoted(key)}`,
      steps: size,
      key,
      metadata,
    });
    const stream = bufferIterator(data, { bufferSize, progress, signal });
    try {
      const change = { data: stream, metadata, mode };
      await progress.run(() => this.#change(key, change, signal));
    } catch (error) {
      // The backend failed before it began to read.
      if (!stream.locked) await stream.cancel(error);
      throw error;
    }
  }

  async #change(
    key: string,
    change: Change,
    signal?: AbortSignal,
  ): Promise<void> {
    this.assertConnected();
    // The event belongs to this turn: the next one's may be held back.
    await turnsOf(this).write(async () => {
      const { isNew, metadata } = await this.put(key, change);
      const ModificationEvent = isNew ? StoreSetEvent : StoreUpdateEvent;
      this.eventManager.emit(
        new ModificationEvent({ source: this, key, metadata }),
      );
    }, signal);
  }

  async #each<T>(
    name: string,
    entries: Several<T>,
    write: (key: string, item: T) => Promise<void>,
  ): Promise<void> {
    assertSeveral(name, entries, "pairs of a key and what to store");
    await this.transaction("several keys").run(async () => {
      for await (const [key, item] of entries) await write(key, item);
    });
  }
}

/** Pairs of a key and something, for instance a `Map`, or as they come. */
export type Several<T> =
  | Iterable<readonly [key: string, item: T]>
  | AsyncIterable<readonly [key: string, item: T]>;
