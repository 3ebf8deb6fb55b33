import { checkString } from "../../internal/mod.ts";
import {
  type JsonValue,
  KeyError,
  type Metadata,
  quoted,
  ReadOnlyStore,
  Store,
  StoreError,
  type StoreOptions,
  type WaitOptions,
} from "../core/mod.ts";
import { checkStore, LayeredStore } from "./layered_store.ts";

/**
 * A store mounted in front of another one at a key prefix, for instance as a
 * local copy of a part of a remote store.
 *
 * A key that begins with the mount point is looked up in the mounted store
 * first, without the mount point, and then in the backing store, whole. Writes
 * go to the mounted store only, and `clear` deletes the keys there; all other
 * keys are read-only. `push` moves a
 * key to the backing store. Connecting and disconnecting the store connects and
 * disconnects both.
 *
 * Source of the semantics: `encore.storage.MountedStore`.
 *
 * @typeParam M The metadata of every key, as the caller knows it; it is not
 * checked.
 *
 * @example Usage
 * ```ts
 * import { FileStore, MemoryStore, MountedStore } from "@sluice/sluice/store";
 *
 * const backing = new FileStore("results");
 * await using store = await new MountedStore(
 *   "draft/",
 *   new MemoryStore(),
 *   backing,
 * ).connect();
 * await store.set("draft/a", "text");
 * await store.push("draft/a");
 * console.log(await backing.exists("draft/a")); // true
 * ```
 */
export class MountedStore<M extends object = Metadata> extends LayeredStore<M> {
  /** The text that the keys of the mounted store begin with. */
  readonly mountPoint: string;

  readonly #mounted: Store<M>;
  readonly #backing: ReadOnlyStore<M>;

  /**
   * Makes a mounted store.
   *
   * @param mountPoint The text that the keys of the mounted store begin with.
   * @param mounted The store to mount.
   * @param backing The store behind it.
   * @param options The event manager of the store's own events.
   * @throws {TypeError} If an argument is of the wrong type.
   */
  constructor(
    mountPoint: string,
    mounted: Store<M>,
    backing: ReadOnlyStore<M>,
    options: StoreOptions = {},
  ) {
    checkString("mountPoint", mountPoint);
    checkStore("mounted", mounted, Store);
    checkStore("backing", backing, ReadOnlyStore);
    super([
      { store: mounted, prefix: mountPoint },
      { store: backing, prefix: "" },
    ], options);
    this.mountPoint = mountPoint;
    this.#mounted = mounted;
    this.#backing = backing;
  }

  /**
   * Describes the store.
   *
   * @returns Its `backend`, that it is not `readonly`, its `mountPoint`, and
   * the same of the `mounted` and the `backing` store.
   */
  async info(): Promise<Readonly<Record<string, JsonValue>>> {
    return {
      backend: "mounted",
      readonly: false,
      mountPoint: this.mountPoint,
      mounted: await this.#mounted.info(),
      backing: await this.#backing.info(),
    };
  }

  /**
   * Moves a key from the mounted to the backing store.
   *
   * @param key The whole key, with the mount point.
   * @param options A signal that ends the move; the key may then be in both.
   * @throws {KeyError} If the mounted store has no such key.
   * @throws {StoreError} `READ_ONLY` if the backing store cannot be written.
   */
  async push(key: string, options: WaitOptions = {}): Promise<void> {
    this.assertKey(key);
    this.assertConnected();
    if (!(this.#backing instanceof Store)) throw notWritable(key);
    const short = key.slice(this.mountPoint.length);
    const isMounted = key.startsWith(this.mountPoint) &&
      await this.#mounted.exists(short, options);
    if (!isMounted) throw new KeyError(key);
    const value = await this.#mounted.get(short, options);
    await this.#backing.set(key, value, options);
    await this.#mounted.delete(short, options);
  }
}

function notWritable(key: string): StoreError {
  return new StoreError(
    "READ_ONLY",
    `Cannot push ${
      quoted(key)
    }: the backing store is read-only: mount in front of one that can be written`,
  );
}
