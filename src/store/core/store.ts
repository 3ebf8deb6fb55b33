import {
  checkIterable,
  checkReporter,
  encodeText,
  methodsErrAtCaller,
  openToRead,
  refused,
} from "../../internal/mod.ts";
import {
  bufferIterator,
  type ByteSource,
  type ProgressReporter,
} from "../../streams/mod.ts";
import type { Change, Changed } from "./change.ts";
import { copiedFiles } from "./copied_files.ts";
import { quoted } from "./key.ts";
import type { MaybePromise } from "./maybe_promise.ts";
import { copyMetadata, type Metadata } from "./metadata.ts";
import {
  endingAfter,
  metadataToCome,
  PendingChange,
} from "./pending_change.ts";
import { ReadOnlyStore } from "./read_only_store.ts";
import { StoreError } from "./store_error.ts";
import {
  StoreDeleteEvent,
  StoreSetEvent,
  StoreUpdateEvent,
} from "./store_events.ts";
import { StoreProgressManager } from "./store_progress_manager.ts";
import type { TransactionContext } from "./transaction.ts";
import { turnsOf } from "./transaction_turns.ts";
import { valueInit, type ValueSource } from "./value_init.ts";
import { liveSignal, type WaitOptions } from "./wait_options.ts";

/** Options of the methods that store bytes. */
export interface SetOptions extends WaitOptions {
  /**
   * Bytes that are read from the source at a time.
   *
   * @default {1_048_576}
   */
  bufferSize?: number;
  /**
   * Gets the number of bytes so far after each chunk, beside the events of the
   * store.
   *
   * @default {undefined}
   */
  progress?: ProgressReporter;
}

/** The metadata of a change, at once or to come, and its mode. */
interface About {
  readonly metadata: Metadata | Promise<Metadata>;
  readonly mode: Change["mode"];
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
 * @typeParam M The metadata of every key, as the caller knows it; it is not
 * checked.
 *
 * @example Usage
 * ```ts
 * import { openStore } from "@sluice/sluice/store";
 *
 * await using from = await openStore("file:results");
 * await using to = await openStore("sqlite:results.db");
 * await to.set("a", from.get("a"));
 * ```
 *
 * @example Metadata with a type
 * ```ts
 * import { FileStore, type Store } from "@sluice/sluice/store";
 *
 * type Flights = { year: number };
 * const store: Store<Flights> = new FileStore("results");
 * await using _connected = await store.connect();
 * await store.set("flights", { data: "00:10,5", metadata: { year: 2024 } });
 * const { year } = await store.getMetadata("flights");
 * ```
 */
export abstract class Store<M extends object = Metadata>
  extends ReadOnlyStore<M> {
  /**
   * Stores a value, as a whole or not at all.
   *
   * @example The hash of what is stored, as its metadata
   * ```ts
   * import { openStore } from "@sluice/sluice/store";
   * import { HashingStream } from "@sluice/sluice/streams";
   *
   * await using store = await openStore("file:uploads");
   * const response = await fetch("https://example.com/data.csv");
   * const hashing = new HashingStream("sha256");
   * await store.set("data.csv", {
   *   data: response.body?.pipeThrough(hashing) ?? "",
   *   metadata: hashing.digest.then((digest) => ({ sha256: digest.toHex() })),
   * });
   * ```
   *
   * @param key The key.
   * @param value A text, bytes, or data and metadata, for instance of another
   * store.
   * @param options How to read the bytes, and a signal that ends the call; the
   * old value stays then.
   * @throws {TypeError} If the data is no byte source or the metadata not JSON.
   * @throws {RangeError} If `size` is not -1 or a non-negative integer.
   * @throws The error of the source, or of metadata that is a promise; the old
   * value stays then.
   */
  async set(
    key: string,
    value: ValueSource<M> | PromiseLike<ValueSource<M>>,
    options: SetOptions = {},
  ): Promise<void> {
    this.assertKey(key);
    await this.#set(key, await value, "replace", options);
  }

  /**
   * Stores a value unless the store has the key: of several callers, in other
   * processes too, one stores its value.
   *
   * @example Take a job that others may take, too
   * ```ts
   * import { openStore } from "@sluice/sluice/store";
   *
   * await using store = await openStore("sqlite:jobs.db");
   * if (await store.setIfAbsent("job 7", `${Deno.pid}`)) console.log("mine");
   * ```
   *
   * @param key The key.
   * @param value As of {@linkcode Store.set}; not read if the key is there.
   * @param options How to read the bytes, and a signal that ends the call.
   * @returns `true` if the value was stored, `false` if the key is there.
   * @throws As {@linkcode Store.set}.
   */
  async setIfAbsent(
    key: string,
    value: ValueSource<M> | PromiseLike<ValueSource<M>>,
    options: SetOptions = {},
  ): Promise<boolean> {
    this.assertKey(key);
    const init = valueInit(await value);
    if (await this.exists(key, options)) return false;
    try {
      await this.#set(key, init, "create", options);
      return true;
    } catch (error) {
      if (error instanceof StoreError && error.code === "EXISTS") return false;
      throw error;
    }
  }

  /**
   * Replaces the bytes of a key and leaves its metadata as it is. The metadata
   * of a new key is empty.
   *
   * @param key The key.
   * @param data The bytes, a source of them, or a text.
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
    await this.#write(key, data, { metadata: {}, mode: "merge" }, options);
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
    metadata: M,
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
    metadata: Partial<M>,
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
   * @returns `true` if the key was deleted, `false` if there was none.
   */
  async delete(key: string, options: WaitOptions = {}): Promise<boolean> {
    this.assertKey(key);
    this.assertConnected();
    const signal = liveSignal(options);
    return await turnsOf(this).write(async () => {
      const metadata = await this.remove(key, signal);
      if (!metadata) return false;
      this.eventManager.emit(
        new StoreDeleteEvent({ source: this, key, metadata }),
      );
      return true;
    }, signal);
  }

  /**
   * Deletes all keys in one transaction, if the store has transactions. Keys
   * that others set meanwhile may stay, and so do damaged entries, which no
   * listing has.
   *
   * @param options A signal that ends the call.
   * @returns The number of keys that were deleted.
   */
  async clear(options: WaitOptions = {}): Promise<number> {
    this.assertConnected();
    return await this.transaction("clear").run(async () => {
      let count = 0;
      for await (const key of this.ownKeys(options)) {
        if (await this.delete(key, options)) count++;
      }
      return count;
    }, options);
  }

  /**
   * Stores several values in one transaction, if the store has transactions.
   *
   * @param values Pairs of a key and its value, for instance a `Map`.
   * @param options How to read the bytes, and a signal that ends the call.
   */
  async multiset(
    values: Several<ValueSource<M> | PromiseLike<ValueSource<M>>>,
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
    metadata: Several<M>,
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
    metadata: Several<Partial<M>>,
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
    using file = await openToRead(path);
    const { isFile, size } = await file.stat();
    const about = { metadata: {}, mode: "merge" } as const;
    await this.#write(key, file, about, {
      ...options,
      size: isFile ? size : undefined,
    });
  }

  /**
   * Copies bytes into the store; the metadata of the key stays.
   *
   * @param key The key.
   * @param bytes The bytes, or a text.
   * @param options A signal that ends the wait.
   */
  async fromBytes(
    key: string,
    bytes: Uint8Array | string,
    options: WaitOptions = {},
  ): Promise<void> {
    if (!(bytes instanceof Uint8Array) && typeof bytes !== "string") {
      throw refused("bytes", "a Uint8Array or a string", bytes);
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

  /**
   * Lists the keys that `clear` deletes.
   *
   * @param options A signal that ends the listing.
   * @returns All keys, unless some of them cannot be deleted.
   */
  protected ownKeys(options: WaitOptions): ReadableStream<string> {
    return this.keys(options);
  }

  #set(
    key: string,
    value: ValueSource<M>,
    mode: Change["mode"],
    options: SetOptions,
  ): Promise<void> {
    const { data, metadata = {}, size } = valueInit(value);
    const copy = isPromise(metadata)
      ? metadataToCome(metadata)
      : copyMetadata(metadata);
    const about = { metadata: copy, mode };
    return this.#write(key, data, about, { ...options, size });
  }

  async #write(
    key: string,
    source: ByteSource,
    { metadata, mode }: About,
    options: SetOptions & { size?: number },
  ): Promise<void> {
    const { size = -1, bufferSize, signal } = options;
    this.assertConnected();
    const data = typeof source === "string"
      ? encodeText("data", source)
      : source;
    const isPlain = bufferSize === undefined && signal === undefined &&
      options.progress === undefined;
    if (
      data instanceof Uint8Array && isPlain && !(metadata instanceof Promise)
    ) {
      return await this.#change(key, { data, metadata, mode }, options);
    }
    const progress = new StoreProgressManager(this.eventManager, {
      source: this,
      message: `Setting ${quoted(key)}`,
      steps: size,
      key,
      metadata: metadata instanceof Promise ? {} : metadata,
    });
    const reporter = both(progress, options.progress);
    const stream = bufferIterator(
      metadata instanceof Promise ? endingAfter(metadata, data) : data,
      { bufferSize, signal, progress: reporter },
    );
    try {
      const change = metadata instanceof Promise
        ? new PendingChange(stream, metadata, mode)
        : { data: stream, metadata, mode };
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

methodsErrAtCaller(Store);

/** Pairs of a key and an item, as a list, a `Map` or a stream. */
export type Several<T> =
  | Iterable<readonly [key: string, item: T]>
  | AsyncIterable<readonly [key: string, item: T]>;

function isPromise(value: unknown): value is PromiseLike<object> {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}

/** Tells the listeners of the store, and then the caller. */
function both(
  first: StoreProgressManager,
  second: ProgressReporter | undefined,
): ProgressReporter {
  checkReporter("progress", second);
  if (second === undefined) return first;
  return (report) => {
    first.step(report);
    if (typeof second === "function") second(report);
    else second.step(report);
  };
}
