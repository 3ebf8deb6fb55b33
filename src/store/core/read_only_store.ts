import { EventManager } from "../../events/mod.ts";
import {
  CallPlace,
  checkIterable,
  checkSignal,
  checkString,
  compileGlob,
  errorAtCaller,
  methodsErrAtCaller,
  openToReplace,
  recycledChunks,
  writeAll,
} from "../../internal/mod.ts";
import { copiedFiles } from "./copied_files.ts";
import { Connectable } from "./connectable.ts";
import { checkKeyText } from "./key.ts";
import { type Keys, lookUpAhead, lookUpEach } from "./lookups.ts";
import type { MaybePromise } from "./maybe_promise.ts";
import {
  copyMetadata,
  copyNames,
  type JsonValue,
  matchesMetadata,
  type Metadata,
  type Selected,
  selectMetadata,
} from "./metadata.ts";
import { KeyError, StoreError } from "./store_error.ts";
import { checkRange, Value } from "./value.ts";
import { liveSignal, type WaitOptions } from "./wait_options.ts";

/** Options of every store. */
export interface StoreOptions {
  /**
   * Emits the store's events.
   *
   * @default {a new manager}
   */
  eventManager?: EventManager;
}

export type { Keys };

/** Programs count on it, and ask in great numbers. */
const TRACED = { frequent: KeyError } as const;
/** Bytes in one chunk of a copy to a file. */
const COPY_BYTES = 262_144;
/** A value that is replaced again and again is read from its start so often. */
const MOST_ATTEMPTS = 20;

/**
 * A key-value store that can be read.
 *
 * Keys are strings; a value is a stream of bytes with metadata. A backend
 * implements `info`, `find` and `entries`, and `open` and `close` if it holds
 * anything open while it is connected.
 *
 * Source of the semantics: `encore.storage.AbstractReadOnlyStore`.
 *
 * @typeParam M The metadata of every key, as the caller knows it; it is not
 * checked.
 *
 * @example Usage
 * ```ts
 * import { UrlStore } from "@sluice/sluice/store";
 *
 * await using store = await new UrlStore("https://example.com/data/").connect();
 * await store.toFile("flights.csv", "flights.csv");
 * ```
 */
export abstract class ReadOnlyStore<M extends object = Metadata>
  extends Connectable {
  /** Emits the store's events, with the store as their `source`. */
  readonly eventManager: EventManager;

  /**
   * Makes a store that is not connected yet.
   *
   * @param options Its event manager.
   */
  constructor(options: StoreOptions = {}) {
    super();
    this.eventManager = options.eventManager ?? new EventManager();
  }

  /**
   * Describes the store as a whole, for people.
   *
   * @returns At least its `backend` and whether it is `readonly`.
   */
  abstract info(): Promise<Readonly<Record<string, JsonValue>>>;

  /**
   * Looks up a key.
   *
   * @param key The key.
   * @param options A signal that ends the wait.
   * @returns Its value, of which no byte has been read yet.
   * @throws {KeyError} If the store has no such key.
   */
  async get(key: string, options: WaitOptions = {}): Promise<Value<M>> {
    try {
      const found = this.#find(key, options);
      // To await a value that is there takes longer than to look it up in memory.
      const value = found instanceof Value ? found : await found;
      if (value) return value as Value<object> as Value<M>;
      throw new KeyError(key);
    } catch (error) {
      // For the same reason not by a promise more, as of other methods.
      throw errorAtCaller(error, ReadOnlyStore.prototype.get, TRACED);
    }
  }

  /**
   * Looks up the bytes of a key.
   *
   * @param key The key.
   * @param options A signal that ends the wait, and the stream.
   * @returns A byte stream.
   * @throws {KeyError} If the store has no such key.
   */
  async getData(
    key: string,
    options: WaitOptions = {},
  ): Promise<ReadableStream<Uint8Array>> {
    return (await this.get(key, options)).range(0, Infinity, options);
  }

  /**
   * Looks up some of the bytes of a key.
   *
   * @param key The key.
   * @param start Index of the first byte.
   * @param end Index behind the last byte; the data may end before.
   * @param options A signal that ends the wait, and the stream.
   * @returns A byte stream.
   * @throws {KeyError} If the store has no such key.
   * @throws {RangeError} If `start` or `end` is not a non-negative integer, or
   * `end` lies before `start`.
   */
  async getDataRange(
    key: string,
    start = 0,
    end = Infinity,
    options: WaitOptions = {},
  ): Promise<ReadableStream<Uint8Array>> {
    checkRange(start, end);
    return (await this.get(key, options)).range(start, end, options);
  }

  /**
   * Looks up the metadata of a key.
   *
   * @typeParam N The names to return.
   * @param key The key.
   * @param select The names to return; those it does not have are left out.
   * @param options A signal that ends the wait.
   * @returns The metadata.
   * @throws {KeyError} If the store has no such key.
   */
  async getMetadata<N extends keyof M & string = keyof M & string>(
    key: string,
    select?: Iterable<N>,
    options: WaitOptions = {},
  ): Promise<Selected<M, N>> {
    const names = copyNames(select);
    return selectMetadata((await this.get(key, options)).metadata, names);
  }

  /**
   * Returns whether the store has a key.
   *
   * @param key The key.
   * @param options A signal that ends the wait.
   * @returns `true` if it has.
   */
  async exists(key: string, options: WaitOptions = {}): Promise<boolean> {
    return await this.#find(key, options) !== undefined;
  }

  /**
   * Looks up several keys as their values are read: one after the other, or in
   * a backend that waits for a server several at the same time.
   *
   * @param keys The keys.
   * @param options A signal that ends the lookups.
   * @returns Their values, in the order of the keys; fails with the `KeyError`
   * of the first missing key.
   */
  multiget(keys: Keys, options: WaitOptions = {}): ReadableStream<Value<M>> {
    return this.#each(keys, (key, live) => this.#getSoon(key, live), options);
  }

  /**
   * Looks up the bytes of several keys, as {@linkcode ReadOnlyStore.multiget}
   * does.
   *
   * @param keys The keys.
   * @param options A signal that ends the lookups, and the byte streams.
   * @returns A byte stream for each, in the order of the keys; fails with the
   * `KeyError` of the first missing key.
   */
  multigetData(
    keys: Keys,
    options: WaitOptions = {},
  ): ReadableStream<ReadableStream<Uint8Array>> {
    return this.#each(keys, async (key, live) => {
      return (await this.#getSoon(key, live)).range(0, Infinity, options);
    }, options);
  }

  /**
   * Looks up the metadata of several keys, as
   * {@linkcode ReadOnlyStore.multiget} does.
   *
   * @typeParam N The names to return.
   * @param keys The keys.
   * @param select The names to return; those it does not have are left out.
   * @param options A signal that ends the lookups.
   * @returns The metadata of each, in the order of the keys; fails with the
   * `KeyError` of the first missing key.
   */
  multigetMetadata<N extends keyof M & string = keyof M & string>(
    keys: Keys,
    select?: Iterable<N>,
    options: WaitOptions = {},
  ): ReadableStream<Selected<M, N>> {
    const names = copyNames(select);
    return this.#each(
      keys,
      (key, live) => this.getMetadata(key, names, live),
      options,
    );
  }

  /**
   * Finds keys by their metadata.
   *
   * @typeParam N The names to return.
   * @param match Names and the values they must have; empty to find all keys.
   * @param select The names to return; those a key does not have are left out.
   * @param options A signal that ends the search.
   * @returns Pairs of a key and its metadata, in no particular order.
   */
  query<N extends keyof M & string = keyof M & string>(
    match: Partial<M> = {},
    select?: Iterable<N>,
    options: WaitOptions = {},
  ): ReadableStream<[key: string, metadata: Selected<M, N>]> {
    const wanted = copyMetadata(match);
    const names = copyNames(select);
    this.assertConnected();
    const { signal } = options;
    checkSignal("signal", signal);
    return ReadableStream.from(
      this.#query(wanted, names, signal, new CallPlace()),
    );
  }

  /**
   * Finds keys by their metadata.
   *
   * @param match Names and the values they must have; empty to find all keys.
   * @param options A signal that ends the search.
   * @returns The keys, in no particular order.
   */
  queryKeys(
    match: Partial<M> = {},
    options: WaitOptions = {},
  ): ReadableStream<string> {
    return this.query(match, [], options).pipeThrough(keysOnly(() => true));
  }

  /**
   * Lists all keys.
   *
   * @param options A signal that ends the listing.
   * @returns The keys, in no particular order.
   */
  keys(options: WaitOptions = {}): ReadableStream<string> {
    return this.queryKeys({}, options);
  }

  /**
   * Finds keys by a pattern as Python's `fnmatch` reads it: `*` matches any
   * characters (slashes too), `?` one character, `[a-c]` one of these, `[!a-c]`
   * one of all others. Case counts.
   *
   * @param pattern The pattern that whole keys must match.
   * @param options A signal that ends the search.
   * @returns The keys, in no particular order.
   */
  glob(pattern: string, options: WaitOptions = {}): ReadableStream<string> {
    checkString("pattern", pattern);
    const accept = compileGlob(pattern, { dialect: "python" });
    return this.query({}, [], options).pipeThrough(keysOnly(accept));
  }

  /**
   * Copies the bytes of a key to a file, which is created or replaced.
   *
   * @param key The key.
   * @param path The file.
   * @param options A signal that ends the copy, and may leave a part of it.
   * @throws {KeyError} If the store has no such key.
   */
  async toFile(
    key: string,
    path: string | URL,
    options: WaitOptions = {},
  ): Promise<void> {
    await this.#readWhole(key, options, async (value) => {
      using _slot = await copiedFiles.take(options.signal);
      const data = value.range(0, Infinity, options);
      using file = await openToReplace(path);
      for await (const chunk of recycledChunks(data, COPY_BYTES)) {
        await writeAll(file, chunk);
      }
    });
  }

  /**
   * Copies the bytes of a key to memory.
   *
   * @param key The key.
   * @param options A signal that ends the copy.
   * @returns The bytes, which are the caller's to change.
   * @throws {KeyError} If the store has no such key.
   */
  async toBytes(
    key: string,
    options: WaitOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#readWhole(key, options, (value) => value.bytes(options));
  }

  /**
   * Lookups of several keys that are under way at the same time: more than one
   * where each waits for a server.
   */
  protected get lookupsAtOnce(): number {
    return 1;
  }

  /**
   * Looks up one of several keys, whose bytes may be read soon.
   *
   * @param key The key, which `checkKey` accepted.
   * @param signal Ends the wait.
   * @returns Its value, or `undefined` for a missing key.
   */
  protected findSoon(
    key: string,
    signal?: AbortSignal,
  ): MaybePromise<Value | undefined> {
    return this.find(key, signal);
  }

  /**
   * Looks up a key that `checkKey` accepted.
   *
   * @param key The key.
   * @param signal Ends the wait.
   * @returns Its value, or `undefined` for a missing key.
   */
  protected abstract find(
    key: string,
    signal?: AbortSignal,
  ): MaybePromise<Value | undefined>;

  /**
   * Lists all keys with their metadata, in any order.
   *
   * @param signal Ends the wait for the next entry.
   * @returns The entries; those that are set meanwhile may be among them.
   */
  protected abstract entries(
    signal?: AbortSignal,
  ):
    | Iterable<[key: string, metadata: Metadata]>
    | AsyncIterable<[key: string, metadata: Metadata]>;

  /**
   * Refuses a key that the backend cannot keep, before anything is written.
   *
   * @param key A well-formed string.
   * @throws {RangeError} If it lies beyond the limits of the backend.
   */
  protected checkKey(_key: string): void {}

  /**
   * Refuses anything that is not a key of this store.
   *
   * @param key The argument that was passed as a key.
   * @throws {TypeError} If it is not a well-formed string.
   * @throws {RangeError} If it lies beyond the limits of the backend.
   */
  protected assertKey(key: unknown): void {
    checkKeyText(key);
    this.checkKey(key);
  }

  #find(key: string, options: WaitOptions): MaybePromise<Value | undefined> {
    this.assertKey(key);
    this.assertConnected();
    return this.find(key, liveSignal(options));
  }

  /** Starts over when the value is replaced before all of it has been read. */
  async #readWhole<T>(
    key: string,
    options: WaitOptions,
    read: (value: Value<M>) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1;; attempt++) {
      try {
        return await read(await this.get(key, options));
      } catch (error) {
        const isReplaced = error instanceof StoreError &&
          error.code === "REPLACED";
        if (!isReplaced || attempt === MOST_ATTEMPTS) throw error;
      }
    }
  }

  async *#query<N extends keyof M & string>(
    match: Metadata,
    names: readonly N[] | undefined,
    signal: AbortSignal | undefined,
    place: CallPlace,
  ) {
    try {
      signal?.throwIfAborted();
      for await (const [key, metadata] of this.entries(signal)) {
        signal?.throwIfAborted();
        if (!matchesMetadata(metadata, match)) continue;
        const entry: [string, Selected<M, N>] = [
          key,
          selectMetadata(metadata, names),
        ];
        yield entry;
      }
    } catch (error) {
      throw place.traced(error);
    }
  }

  async #getSoon(key: string, options: WaitOptions): Promise<Value<M>> {
    if (this.lookupsAtOnce === 1) return await this.get(key, options);
    this.assertKey(key);
    this.assertConnected();
    const value = await this.findSoon(key, liveSignal(options));
    if (value) return value as Value<object> as Value<M>;
    throw new KeyError(key);
  }

  #each<T>(
    keys: Keys,
    look: (key: string, options: WaitOptions) => Promise<T>,
    options: WaitOptions,
  ): ReadableStream<T> {
    checkIterable("keys", keys, "a list or stream of keys");
    this.assertConnected();
    const { lookupsAtOnce } = this;
    const found = lookupsAtOnce === 1
      ? lookUpEach(keys, (key) => look(key, options))
      : lookUpAhead(keys, look, lookupsAtOnce, options.signal);
    return ReadableStream.from(tracedAt(new CallPlace(), found));
  }
}

methodsErrAtCaller(ReadOnlyStore, {
  except: ["checkKey", "assertKey", "findSoon", "get"],
  ...TRACED,
});

async function* tracedAt<T>(
  place: CallPlace,
  found: AsyncIterable<T>,
): AsyncGenerator<T> {
  try {
    yield* found;
  } catch (error) {
    throw place.traced(error);
  }
}

function keysOnly(
  accept: (key: string) => boolean,
): TransformStream<[string, unknown], string> {
  return new TransformStream({
    transform([key], controller) {
      if (accept(key)) controller.enqueue(key);
    },
  });
}
