import { EventManager } from "../../events/mod.ts";
import { compileGlob } from "../../internal/mod.ts";
import { chunksOf } from "./chunks.ts";
import {
  copyMetadata,
  copyNames,
  type JsonValue,
  matchesMetadata,
  type Metadata,
  selectMetadata,
} from "./metadata.ts";
import { assertSeveral } from "./several.ts";
import { KeyError, quoted, StoreError } from "./store_error.ts";
import { assertRange, Value } from "./value.ts";
import { writeAll } from "./write_all.ts";

/** Options of every store. */
export interface StoreOptions {
  /**
   * Who emits the store's events.
   *
   * @default {a manager of the store's own}
   */
  eventManager?: EventManager;
}

/** Several keys, as a list or as they come. */
export type Keys = Iterable<string> | AsyncIterable<string>;

/** Something that may be there at once or later. */
export type MaybePromise<T> = T | Promise<T>;

/** Bytes in one chunk of a copy to a file. */
const COPY_BYTES = 262_144;
/** How often a value that is replaced all the time is read from its start. */
const MOST_ATTEMPTS = 20;

/**
 * A key-value store that can be read.
 *
 * Keys are strings; a value is a stream of bytes with metadata. A backend
 * implements `find` and `entries`, and `open` and `close` if it holds on to
 * something while it is connected.
 *
 * Source of the semantics: `encore.storage.AbstractReadOnlyStore`.
 *
 * @example Usage
 * ```ts
 * import { UrlStore } from "@sluice/sluice/store";
 *
 * await using store = await new UrlStore("https://example.com/data/").connect();
 * await store.toFile("flights.csv", "flights.csv");
 * ```
 */
export abstract class ReadOnlyStore implements AsyncDisposable {
  /** Who emits the store's events, with the store as their `source`. */
  readonly eventManager: EventManager;

  #connected = false;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /**
   * Makes a store that is not connected yet.
   *
   * @param options Who emits its events.
   */
  constructor(options: StoreOptions = {}) {
    this.eventManager = options.eventManager ?? new EventManager();
  }

  /**
   * Opens what the store needs. All other methods need a connected store.
   *
   * @returns The store, for `await using`.
   */
  async connect(): Promise<this> {
    if (this.#closing) await this.#closing.catch(() => {});
    this.#opening ??= this.#open();
    await this.#opening;
    return this;
  }

  /** Closes what {@linkcode ReadOnlyStore.connect} opened. */
  async disconnect(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  /**
   * Whether the store is connected.
   *
   * @returns `true` between `connect` and `disconnect`.
   */
  isConnected(): boolean {
    return this.#connected;
  }

  /** Disconnects at the end of an `await using` scope. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.disconnect();
  }

  /**
   * What is known about the store as a whole, for people.
   *
   * @returns At least its `backend` and whether it is `readonly`.
   */
  abstract info(): Promise<Readonly<Record<string, JsonValue>>>;

  /**
   * Looks up a key.
   *
   * @param key The key.
   * @returns Its value, of which no byte has been read yet.
   * @throws {KeyError} If the store has no such key.
   */
  async get(key: string): Promise<Value> {
    const found = this.#find(key);
    // Waiting for what is there takes longer than looking it up in memory.
    const value = found instanceof Value ? found : await found;
    if (value) return value;
    throw new KeyError(key);
  }

  /**
   * Looks up the bytes of a key.
   *
   * @param key The key.
   * @returns A byte stream.
   * @throws {KeyError} If the store has no such key.
   */
  async getData(key: string): Promise<ReadableStream<Uint8Array>> {
    return (await this.get(key)).data;
  }

  /**
   * Looks up some of the bytes of a key.
   *
   * @param key The key.
   * @param start Index of the first byte.
   * @param end Index behind the last byte; the data may end before.
   * @returns A byte stream.
   * @throws {KeyError} If the store has no such key.
   * @throws {RangeError} If `start` or `end` is not a non-negative integer, or
   * `end` lies before `start`.
   */
  async getDataRange(
    key: string,
    start = 0,
    end = Infinity,
  ): Promise<ReadableStream<Uint8Array>> {
    assertRange(start, end);
    return (await this.get(key)).range(start, end);
  }

  /**
   * Looks up the metadata of a key.
   *
   * @param key The key.
   * @param select The names to return; those it does not have are left out.
   * @returns The metadata.
   * @throws {KeyError} If the store has no such key.
   */
  async getMetadata(
    key: string,
    select?: Iterable<string>,
  ): Promise<Metadata> {
    const names = copyNames(select);
    return selectMetadata((await this.get(key)).metadata, names);
  }

  /**
   * Whether the store has a key.
   *
   * @param key The key.
   * @returns `true` if it has.
   */
  async exists(key: string): Promise<boolean> {
    return await this.#find(key) !== undefined;
  }

  /**
   * Looks up several keys, one after the other as they are read.
   *
   * @param keys The keys.
   * @returns Their values, in the order of the keys; fails with the `KeyError`
   * of the first missing key.
   */
  multiget(keys: Keys): ReadableStream<Value> {
    return this.#each(keys, (key) => this.get(key));
  }

  /**
   * Looks up the bytes of several keys, one after the other as they are read.
   *
   * @param keys The keys.
   * @returns A byte stream for each, in the order of the keys; fails with the
   * `KeyError` of the first missing key.
   */
  multigetData(keys: Keys): ReadableStream<ReadableStream<Uint8Array>> {
    return this.#each(keys, (key) => this.getData(key));
  }

  /**
   * Looks up the metadata of several keys, one after the other as they are
   * read.
   *
   * @param keys The keys.
   * @param select The names to return; those it does not have are left out.
   * @returns The metadata of each, in the order of the keys; fails with the
   * `KeyError` of the first missing key.
   */
  multigetMetadata(
    keys: Keys,
    select?: Iterable<string>,
  ): ReadableStream<Metadata> {
    const names = copyNames(select);
    return this.#each(keys, (key) => this.getMetadata(key, names));
  }

  /**
   * Finds keys by their metadata.
   *
   * @param match Names and the values they must have; none to find all keys.
   * @param select The names to return; those a key does not have are left out.
   * @returns Pairs of a key and its metadata, in no particular order.
   */
  query(
    match: Metadata = {},
    select?: Iterable<string>,
  ): ReadableStream<[key: string, metadata: Metadata]> {
    const wanted = copyMetadata(match);
    const names = copyNames(select);
    this.assertConnected();
    return ReadableStream.from(this.#query(wanted, names));
  }

  /**
   * Finds keys by their metadata.
   *
   * @param match Names and the values they must have; none to find all keys.
   * @returns The keys, in no particular order.
   */
  queryKeys(match: Metadata = {}): ReadableStream<string> {
    return this.query(match, []).pipeThrough(keysOnly(() => true));
  }

  /**
   * Finds keys by a pattern in the manner of `fnmatch`: `*` is any characters
   * (slashes too), `?` one character, `[a-c]` one of these, `[!a-c]` one of all
   * others. Case counts.
   *
   * @param pattern The pattern that whole keys must match.
   * @returns The keys, in no particular order.
   */
  glob(pattern: string): ReadableStream<string> {
    if (typeof pattern !== "string") {
      throw new TypeError(
        `pattern must be a string, found ${Deno.inspect(pattern)}`,
      );
    }
    return this.query({}, []).pipeThrough(
      keysOnly(compileGlob(pattern, { dialect: "python" })),
    );
  }

  /**
   * Copies the bytes of a key to a file, which is created or replaced.
   *
   * @param key The key.
   * @param path The file.
   * @throws {KeyError} If the store has no such key.
   */
  async toFile(key: string, path: string | URL): Promise<void> {
    await this.#readWhole(key, async ({ data }) => {
      using file = await Deno.create(path);
      for await (const chunk of chunksOf(data, COPY_BYTES)) {
        await writeAll(file, chunk);
      }
    });
  }

  /**
   * Copies the bytes of a key to memory.
   *
   * @param key The key.
   * @returns The bytes, which are the caller's to change.
   * @throws {KeyError} If the store has no such key.
   */
  async toBytes(key: string): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#readWhole(key, (value) => value.bytes());
  }

  /** Opens what the backend needs while it is connected. */
  protected open(): MaybePromise<void> {}

  /** Closes what `open` opened. */
  protected close(): MaybePromise<void> {}

  /**
   * Looks up a key for which `checkKey` found nothing to say.
   *
   * @param key The key.
   * @returns Its value, or `undefined` if there is none.
   */
  protected abstract find(key: string): MaybePromise<Value | undefined>;

  /**
   * All keys with their metadata, in any order.
   *
   * @returns The entries; those that are set meanwhile may be among them.
   */
  protected abstract entries():
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
   * Refuses what is no key.
   *
   * @param key What was passed as a key.
   * @throws {TypeError} If it is not a well-formed string.
   * @throws {RangeError} If it lies beyond the limits of the backend.
   */
  protected assertKey(key: unknown): void {
    if (typeof key !== "string") {
      throw new TypeError(`key must be a string, found ${Deno.inspect(key)}`);
    }
    if (!key.isWellFormed()) {
      throw new TypeError(
        `key must be well-formed Unicode, found the lone surrogate in ${
          quoted(key)
        }`,
      );
    }
    this.checkKey(key);
  }

  /**
   * Refuses work while the store is not connected.
   *
   * @throws {StoreError} `NOT_CONNECTED`.
   */
  protected assertConnected(): void {
    if (this.#connected) return;
    throw new StoreError(
      "NOT_CONNECTED",
      "The store is not connected: call connect() first",
    );
  }

  async #open(): Promise<void> {
    try {
      await this.open();
      this.#connected = true;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  async #close(): Promise<void> {
    try {
      await this.#opening?.catch(() => {});
      if (!this.#connected) return;
      this.#connected = false;
      this.#opening = undefined;
      await this.close();
    } finally {
      this.#closing = undefined;
    }
  }

  #find(key: string): MaybePromise<Value | undefined> {
    this.assertKey(key);
    this.assertConnected();
    return this.find(key);
  }

  /** Begins anew when the value is replaced before all of it has been read. */
  async #readWhole<T>(
    key: string,
    read: (value: Value) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1;; attempt++) {
      try {
        return await read(await this.get(key));
      } catch (error) {
        const isReplaced = error instanceof StoreError &&
          error.code === "REPLACED";
        if (!isReplaced || attempt === MOST_ATTEMPTS) throw error;
      }
    }
  }

  async *#query(match: Metadata, names: readonly string[] | undefined) {
    for await (const [key, metadata] of this.entries()) {
      if (!matchesMetadata(metadata, match)) continue;
      const entry: [string, Metadata] = [key, selectMetadata(metadata, names)];
      yield entry;
    }
  }

  #each<T>(
    keys: Keys,
    look: (key: string) => Promise<T>,
  ): ReadableStream<T> {
    assertSeveral("keys", keys, "keys");
    this.assertConnected();
    return ReadableStream.from(lookUpEach(keys, look));
  }
}

async function* lookUpEach<T>(keys: Keys, look: (key: string) => Promise<T>) {
  for await (const key of keys) yield await look(key);
}

function keysOnly(
  accept: (key: string) => boolean,
): TransformStream<[string, Metadata], string> {
  return new TransformStream({
    transform([key], controller) {
      if (accept(key)) controller.enqueue(key);
    },
  });
}
