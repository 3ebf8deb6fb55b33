import { outOfRange, refused } from "../../internal/mod.ts";
import {
  type Change,
  type Changed,
  changedMetadata,
  DummyTransactionContext,
  existsError,
  KeyError,
  type Metadata,
  quoted,
  type ReadOnlyStore,
  SimpleTransactionContext,
  Store,
  StoreError,
  type StoreOptions,
  type Transaction,
  type TransactionContext,
  type Value,
  type WaitOptions,
} from "../core/mod.ts";

/** One of the stores of a {@linkcode LayeredStore}. */
export interface Layer<S extends ReadOnlyStore<object> = ReadOnlyStore> {
  /** The store. */
  readonly store: S;
  /** The text that is put before its keys. */
  readonly prefix: string;
}

/**
 * The base of `JoinedStore` and `MountedStore`: of several stores the first
 * that has a key wins, and writes go to the first. `clear` deletes the keys of
 * the first.
 *
 * @typeParam M The metadata of every key, as the caller knows it; it is not
 * checked.
 *
 * @example Usage
 * ```ts
 * import { LayeredStore, MemoryStore } from "@sluice/sluice/store";
 *
 * class DraftsAndResults extends LayeredStore {
 *   constructor() {
 *     super([
 *       { store: new MemoryStore(), prefix: "drafts/" },
 *       { store: new MemoryStore(), prefix: "results/" },
 *     ], {});
 *   }
 *
 *   info() {
 *     return Promise.resolve({ backend: "drafts", readonly: false });
 *   }
 * }
 * ```
 */
export abstract class LayeredStore<M extends object = Metadata>
  extends Store<M> {
  readonly #top: Layer<Store>;
  readonly #layers: readonly [Layer<Store>, ...Layer[]];
  #transaction: Transaction | undefined;

  /**
   * Makes a store of layers.
   *
   * @param layers The layers, of which the first can be written.
   * @param options The event manager of the store's own events.
   */
  constructor(
    layers: readonly [Layer<Store<M>>, ...Layer<ReadOnlyStore<M>>[]],
    options: StoreOptions,
  ) {
    super(options);
    // Metadata are handed on as they are.
    const untyped: unknown = layers;
    this.#layers = untyped as readonly [Layer<Store>, ...Layer[]];
    this.#top = this.#layers[0];
  }

  /**
   * Makes a transaction of the first store.
   *
   * @param notes Its purpose.
   * @returns Its context, which does nothing if the first store has no
   * transactions.
   */
  transaction(notes?: string): TransactionContext {
    const first = this.#top.store.transaction(notes);
    return first instanceof DummyTransactionContext
      ? new DummyTransactionContext(this)
      : new SimpleTransactionContext(this, notes);
  }

  /**
   * Enters a transaction of the first store.
   *
   * @param signal Ends the wait for it.
   */
  async beginTransaction(signal?: AbortSignal): Promise<void> {
    this.#transaction = await this.#top.store.transaction().enter({ signal });
  }

  /** Commits the transaction of the first store. */
  async commitTransaction(): Promise<void> {
    await this.#transaction?.commit();
  }

  /** Rolls back the transaction of the first store. */
  async rollbackTransaction(): Promise<void> {
    await this.#transaction?.rollback();
  }

  /** Connects all stores, or none of them. */
  protected override async open(signal: AbortSignal): Promise<void> {
    const connected: ReadOnlyStore[] = [];
    try {
      for (const { store } of this.#layers) {
        if (store.isConnected()) continue;
        await store.connect({ signal });
        connected.push(store);
      }
    } catch (error) {
      await Promise.allSettled(connected.map((store) => store.disconnect()));
      throw error;
    }
  }

  /** Disconnects all stores. */
  protected override async close(): Promise<void> {
    await Promise.all(this.#layers.map(({ store }) => store.disconnect()));
  }

  /** Looks up a key in one store after the other. */
  protected find(
    key: string,
    signal?: AbortSignal,
  ): Promise<Value | undefined> {
    return lookUpIn(this.#layers, key, signal);
  }

  /** The entries of each store that no store before it has. */
  protected async *entries(
    signal?: AbortSignal,
  ): AsyncGenerator<[string, Metadata]> {
    for (const [n, { store, prefix }] of this.#layers.entries()) {
      for await (
        const [short, metadata] of store.query({}, undefined, { signal })
      ) {
        const key = prefix + short;
        const above = await lookUpIn(this.#layers.slice(0, n), key, signal);
        if (!above) yield [key, metadata];
      }
    }
  }

  /** Lists the keys of the first store. */
  protected override ownKeys(options: WaitOptions): ReadableStream<string> {
    const { store, prefix } = this.#top;
    const keys = store.keys(options);
    return ReadableStream.from(withPrefix(prefix, keys));
  }

  /** Writes one change to the first store. */
  protected async put(
    key: string,
    change: Change,
    signal?: AbortSignal,
  ): Promise<Changed> {
    const { store } = this.#top;
    const short = this.#topKey(key);
    const old = await this.find(key, signal);
    const { data, mode, pending } = change;
    if (mode === "create" && old) throw existsError(key);
    // Metadata to come belong to a change that keeps none of the old ones.
    const metadata = pending ?? changedMetadata(key, old?.metadata, change);
    const options = { signal };
    if (mode === "create") {
      const value = { data: data ?? [], metadata };
      const isNew = await store.setIfAbsent(short, value, options);
      if (!isNew) throw existsError(key);
    } else if (!await store.exists(short, options)) {
      const value = { data: data ?? old?.data ?? [], metadata };
      await store.set(short, value, options);
    } else if (mode === "replace") {
      await (data
        ? store.set(short, { data, metadata }, options)
        : store.setMetadata(short, change.metadata, options));
    } else {
      await (data
        ? store.setData(short, data, options)
        : store.updateMetadata(short, change.metadata, options));
    }
    return { isNew: !old, metadata: await metadata };
  }

  /** Deletes a key of the first store. */
  protected async remove(
    key: string,
    signal?: AbortSignal,
  ): Promise<Metadata | undefined> {
    const { store } = this.#top;
    const short = this.#topKey(key);
    const old = await lookUp(this.#top, key, signal);
    // Of several who delete it at once, only one does.
    if (old && await store.delete(short, { signal })) return old.metadata;
    const below = await lookUpIn(this.#layers.slice(1), key, signal);
    if (below) throw notOnTop(key);
    return undefined;
  }

  /** Returns the key as the first store has it. */
  #topKey(key: string): string {
    const { prefix } = this.#top;
    if (key.startsWith(prefix)) return key.slice(prefix.length);
    const expected = `a key that begins with ${quoted(prefix)} to be written`;
    throw outOfRange("key", expected, key);
  }
}

async function* withPrefix(prefix: string, keys: AsyncIterable<string>) {
  for await (const key of keys) yield prefix + key;
}

async function lookUpIn(
  layers: readonly Layer[],
  key: string,
  signal: AbortSignal | undefined,
): Promise<Value | undefined> {
  for (const layer of layers) {
    const value = await lookUp(layer, key, signal);
    if (value) return value;
  }
  return undefined;
}

async function lookUp(
  { store, prefix }: Layer,
  key: string,
  signal: AbortSignal | undefined,
): Promise<Value | undefined> {
  if (!key.startsWith(prefix)) return undefined;
  try {
    return await store.get(key.slice(prefix.length), { signal });
  } catch (error) {
    // No store has a key that lies beyond its limits.
    if (error instanceof KeyError || error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}

/** Throws a `TypeError` unless `store` is of the expected class. */
export function checkStore(
  name: string,
  store: unknown,
  expected: typeof Store | typeof ReadOnlyStore,
): void {
  if (store instanceof expected) return;
  const kind = expected === Store ? "a store that can be written" : "a store";
  throw refused(name, kind, store);
}

function notOnTop(key: string): StoreError {
  return new StoreError(
    "READ_ONLY",
    `Cannot delete ${
      quoted(key)
    }: only a store behind the first has it: delete it there`,
  );
}
