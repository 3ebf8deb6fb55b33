import { checkIterable, refused } from "../../internal/mod.ts";
import { bufferIterator, type ByteSource } from "../../streams/mod.ts";
import type { Change, Changed } from "./change.ts";
import { copiedFiles } from "./copied_files.ts";
import { quoted } from "./key.ts";
import type { MaybePromise } from "./maybe_promise.ts";
import { copyMetadata, type Metadata } from "./metadata.ts";
import { ReadOnlyStore } from "./read_only_store.ts";
import { KeyError } from "./store_error.ts";
import {
  StoreDeleteEvent,
  StoreSetEvent,
  StoreUpdateEvent,
} from "./store_events.ts";
import { StoreProgressManager } from "./store_progress_manager.ts";
import type { TransactionContext } from "./transaction.ts";
import { turnsOf } from "./transaction_turns.ts";
import { checkValueInit, type ValueInit } from "./value_init.ts";
import { liveSignal, type WaitOptions } from "./wait_options.ts";

/** Options of the methods that store bytes. */
export interface SetOptions extends WaitOptions {
  /**
   * Bytes that are read from the source at a time.
   *
   * @default {1_048_576}
   */
  bufferSize?: number;
}

/**
 * A key-value store that can be read and written.
 *
 * A backend implements `put`, `remove` and `transaction` besides the methods
 * of a {@linkcode ReadOnlyStore}. `testStore` of `@sluice/sluice/store/testing`
 * tests that it keeps the contract of every store.
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
   * @param options How to read the bytes, and a signal that ends the call; the
   * old value stays then.
   * @throws {TypeError} If the data is no byte source or the metadata not JSON.
   * @throws {RangeError} If `size` is not -1 or a non-negative integer.
   * @throws The error of the source; the old value stays then.
   */
  async set(
    key: string,
    value: ValueInit | PromiseLike<ValueInit>,
    options: SetOptions = {},
  ): Promise<void> {
    this.assertKey(key);
    const init = await value;
    checkValueInit(init);
    const { data, metadata = {}, size } = init;
    const copy = copyMetadata(metadata);
    await this.#setData(key, data, copy, "replace", { ...options, size });
  }

  /**
   * Replaces the bytes of a key and leaves its metadata as it is. The metadata
   * of a new key is empty.
   *
   * @param key The key.
   * @param data The bytes, or a source of them.
   * @param options How to read them, and a signal that ends the call.
   * @throws {TypeError} If the data is no byte source.
   * @throws The error of the source; the old value stays then.
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
   * has no bytes.
   *
   * @param key The key.
   * @param metadata Names and JSON values.
   * @param options A signal that ends the wait.
   * @throws {TypeError} If JSON cannot express the metadata.
   */
  async setMetadata(
    key: string,
    metadata: Metadata,
    options: WaitOptions = {},
  ): Promise<void> {
    this.assertKey(key);
    const change = {
      metadata: copyMetadata(metadata),
      mode: "replace",
    } as const;
    await this.#change(key, change, options);
  }

  /**
   * Changes some of the metadata of a key and leaves the rest as it is.
   *
   * @param key The key.
   * @param metadata The names to change, with their new values.
   * @param options A signal that ends the wait.
   * @throws {KeyError} If the store has no such key.
   * @throws {TypeError} If JSON cannot express the metadata.
   */
  async updateMetadata(
    key: string,
    metadata: Metadata,
    options: WaitOptions = {},
  ): Promise<void> {
    this.assertKey(key);
    const change = {
      metadata: copyMetadata(metadata),
      mode: "update",
    } as const;
    await this.#change(key, change, options);
  }

  /**
   * Deletes a key and its value.
   *
   * @param key The key.
   * @param options A signal that ends the wait.
   * @throws {KeyError} If the store has no such key.
   */
  async delete(key: string, options: WaitOptions = {}): Promise<void> {
    this.assertKey(key);
    this.assertConnected();
    const signal = liveSignal(options);
    await turnsOf(this).write(async () => {
      const metadata = await this.remove(key, signal);
      if (!metadata) throw new KeyError(key);
      this.eventManager.emit(
        new StoreDeleteEvent({ source: this, key, metadata }),
      );
    }, signal);
  }

  /**
   * Stores several values in one transaction, if the store has transactions.
   *
   * @param values Pairs of a key and its value, for instance a `Map`.
   * @param options How to read the bytes, and a signal that ends the call.
   */
  async multiset(
    values: Several<ValueInit | PromiseLike<ValueInit>>,
    options: SetOptions = {},
  ): Promise<void> {
    await this.#each(
      "values",
      values,
      (key, value) => this.set(key, value, options),
      options,
    );
  }

  /**
   * Replaces the bytes of several keys in one transaction, if the store has
   * transactions.
   *
   * @param data Pairs of a key and its bytes.
   * @param options How to read them, and a signal that ends the call.
   */
  async multisetData(
    data: Several<ByteSource>,
    options: SetOptions = {},
  ): Promise<void> {
    await this.#each(
      "data",
      data,
      (key, data) => this.setData(key, data, options),
      options,
    );
  }

  /**
   * Replaces the metadata of several keys in one transaction, if the store has
   * transactions.
   *
   * @param metadata Pairs of a key and its metadata.
   * @param options A signal that ends the call.
   */
  async multisetMetadata(
    metadata: Several<Metadata>,
    options: WaitOptions = {},
  ): Promise<void> {
    await this.#each(
      "metadata",
      metadata,
      (key, data) => this.setMetadata(key, data, options),
      options,
    );
  }

  /**
   * Changes some of the metadata of several keys in one transaction, if the
   * store has transactions.
   *
   * @param metadata Pairs of a key and the names to change.
   * @param options A signal that ends the call.
   */
  async multiupdateMetadata(
    metadata: Several<Metadata>,
    options: WaitOptions = {},
  ): Promise<void> {
    await this.#each(
      "metadata",
      metadata,
      (key, data) => this.updateMetadata(key, data, options),
      options,
    );
  }

  /**
   * Copies a file into the store; the metadata of the key stays.
   *
   * @param key The key.
   * @param path The file.
   * @param options How to read it, and a signal that ends the call.
   */
  async fromFile(
    key: string,
    path: string | URL,
    options: SetOptions = {},
  ): Promise<void> {
    this.assertKey(key);
    using _slot = await copiedFiles.take(options.signal);
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
   * @param options A signal that ends the wait.
   */
  async fromBytes(
    key: string,
    bytes: Uint8Array,
    options: WaitOptions = {},
  ): Promise<void> {
    if (!(bytes instanceof Uint8Array)) {
      throw refused("bytes", "a Uint8Array", bytes);
    }
    await this.setData(key, bytes, options);
  }

  /**
   * Makes a transaction of the store, to be run or entered.
   *
   * @param notes Its purpose.
   * @returns Its context, which does nothing if the store has no transactions.
   */
  abstract transaction(notes?: string): TransactionContext;

  /**
   * Writes one change, as a whole or not at all.
   *
   * @param key A key that `checkKey` accepted.
   * @param change The bytes and metadata to write.
   * @param signal Ends a wait, such as for another process.
   * @returns The metadata that the key has now, and whether it is new.
   */
  protected abstract put(
    key: string,
    change: Change,
    signal?: AbortSignal,
  ): MaybePromise<Changed>;

  /**
   * Deletes a key and its value.
   *
   * @param key A key that `checkKey` accepted.
   * @param signal Ends a wait, such as for another process.
   * @returns The metadata it had, or `undefined` if there was no such key.
   */
  protected abstract remove(
    key: string,
    signal?: AbortSignal,
  ): MaybePromise<Metadata | undefined>;

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
      return await this.#change(key, { data, metadata, mode }, options);
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
      await progress.run(() => this.#change(key, change, options));
    } catch (error) {
      // The backend failed before it began to read.
      if (!stream.locked) await stream.cancel(error);
      throw error;
    }
  }

  async #change(
    key: string,
    change: Change,
    options: WaitOptions,
  ): Promise<void> {
    this.assertConnected();
    const signal = liveSignal(options);
    // The event belongs to this turn: those of the next may be held back.
    await turnsOf(this).write(async () => {
      const { isNew, metadata } = await this.put(key, change, signal);
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
    options: WaitOptions,
  ): Promise<void> {
    checkIterable(name, entries, "a list or stream of [key, item] pairs");
    await this.transaction("several keys").run(async () => {
      for await (const [key, item] of entries) await write(key, item);
    }, options);
  }
}

/** Pairs of a key and an item, as a list, a `Map` or a stream. */
export type Several<T> =
  | Iterable<readonly [key: string, item: T]>
  | AsyncIterable<readonly [key: string, item: T]>;
