import { type Change, type Changed, changedMetadata } from "../core/change.ts";
import type { Metadata } from "../core/metadata.ts";
import type { ReadOnlyStore, StoreOptions } from "../core/read_only_store.ts";
import { Store } from "../core/store.ts";
import { KeyError, quoted, StoreError } from "../core/store_error.ts";
import {
  DummyTransactionContext,
  SimpleTransactionContext,
  type Transaction,
  type TransactionContext,
} from "../core/simple_transaction_context.ts";
import type { Value } from "../core/value.ts";

/** One of the stores of a {@linkcode LayeredStore}. */
export interface Layer<S extends ReadOnlyStore = ReadOnlyStore> {
  /** The store. */
  readonly store: S;
  /** What is put before its keys. */
  readonly prefix: string;
}

/**
 * What a `JoinedStore` and a `MountedStore` have in common: of several stores
 * the first that has a key wins, and what is written goes to the first.
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
export abstract class LayeredStore extends Store {
  readonly #top: Layer<Store>;
  readonly #layers: readonly Layer[];
  #transaction: Transaction | undefined;

  /**
   * Makes a store of layers.
   *
   * @param layers The layers, of which the first can be written.
   * @param options Who emits the store's own events.
   */
  constructor(
    layers: readonly [Layer<Store>, ...Layer[]],
    options: StoreOptions,
  ) {
    super(options);
    this.#top = layers[0];
    this.#layers = layers;
  }

  /**
   * A transaction of the first store.
   *
   * @param notes What it is for.
   * @returns Its context, which does nothing if that of the first store does.
   */
  transaction(notes?: string): TransactionContext {
    const first = this.#top.store.transaction(notes);
    return first instanceof DummyTransactionContext
      ? new DummyTransactionContext(this)
      : new SimpleTransactionContext(this, notes);
  }

  /** Enters a transaction of the first store. */
  async beginTransaction(): Promise<void> {
    this.#transaction = await this.#top.store.transaction().enter();
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
  protected override async open(): Promise<void> {
    const connected: ReadOnlyStore[] = [];
    try {
      for (const { store } of this.#layers) {
        if (store.isConnected()) continue;
        await store.connect();
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
  protected find(key: string): Promise<Value | undefined> {
    return lookUpIn(this.#layers, key);
  }

  /** The entries of each store that no store before it has. */
  protected async *entries(): AsyncGenerator<[string, Metadata]> {
    for (const [n, { store, prefix }] of this.#layers.entries()) {
      for await (const [short, metadata] of store.query()) {
        const key = prefix + short;
        const above = await lookUpIn(this.#layers.slice(0, n), key);
        if (!above) yield [key, metadata];
      }
    }
  }

  /** Writes one change to the first store. */
  protected async put(key: string, change: Change): Promise<Changed> {
    const { store } = this.#top;
    const short = this.#topKey(key);
    const old = await this.find(key);
    const metadata = changedMetadata(key, old?.metadata, change);
    const { data, mode } = change;
    if (!await store.exists(short)) {
      await store.set(short, { data: data ?? old?.data ?? [], metadata });
    } else if (mode === "replace") {
      await (data
        ? store.set(short, { data, metadata })
        : store.setMetadata(short, metadata));
    } else {
      await (data
        ? store.setData(short, data)
        : store.updateMetadata(short, change.metadata));
    }
    return { isNew: !old, metadata };
  }

  /** Deletes a key of the first store. */
  protected async remove(key: string): Promise<Metadata | undefined> {
    const { store } = this.#top;
    const short = this.#topKey(key);
    const old = await lookUp(this.#top, key);
    if (old) {
      await store.delete(short);
      return old.metadata;
    }
    if (await lookUpIn(this.#layers.slice(1), key)) throw notOnTop(key);
    return undefined;
  }

  /** The key as the first store knows it. */
  #topKey(key: string): string {
    const { prefix } = this.#top;
    if (key.startsWith(prefix)) return key.slice(prefix.length);
    throw new RangeError(
      `key must begin with ${quoted(prefix)} to be written, found ${
        quoted(key)
      }`,
    );
  }
}

async function lookUpIn(
  layers: readonly Layer[],
  key: string,
): Promise<Value | undefined> {
  for (const layer of layers) {
    const value = await lookUp(layer, key);
    if (value) return value;
  }
  return undefined;
}

async function lookUp(
  { store, prefix }: Layer,
  key: string,
): Promise<Value | undefined> {
  if (!key.startsWith(prefix)) return undefined;
  try {
    return await store.get(key.slice(prefix.length));
  } catch (error) {
    // No store has a key that lies beyond its limits.
    if (error instanceof KeyError || error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}

/** Refuses what is not the kind of store that an argument has to be. */
export function assertStore(
  name: string,
  store: unknown,
  expected: typeof Store | typeof ReadOnlyStore,
): void {
  if (store instanceof expected) return;
  const kind = expected === Store ? "a store that can be written" : "a store";
  const found = Deno.inspect(store, { depth: 0 });
  throw new TypeError(`${name} must be ${kind}, found ${found}`);
}

function notOnTop(key: string): StoreError {
  return new StoreError(
    "READ_ONLY",
    `Cannot delete ${quoted(key)}: only a store behind the first has it`,
  );
}
