import { assertStore, LayeredStore } from "./layered_store.ts";
import type { JsonValue } from "../core/metadata.ts";
import { ReadOnlyStore, type StoreOptions } from "../core/read_only_store.ts";
import { Store } from "../core/store.ts";
import { KeyError, quoted, StoreError } from "../core/store_error.ts";

/**
 * A store mounted in front of another one at a key prefix, for instance as a
 * local copy of a part of a remote store.
 *
 * A key that begins with the mount point is looked up in the mounted store
 * first, without the mount point, and then in the backing store, whole. Writes
 * go to the mounted store only; all other keys are read-only. `push` moves a
 * key to the backing store. Connecting and disconnecting the store does so to
 * both.
 *
 * Source of the semantics: `encore.storage.MountedStore`.
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
 * await store.fromBytes("draft/a", new Uint8Array(3));
 * await store.push("draft/a");
 * console.log(await backing.exists("draft/a")); // true
 * ```
 */
export class MountedStore extends LayeredStore {
  /** What the keys of the mounted store begin with. */
  readonly mountPoint: string;

  readonly #mounted: Store;
  readonly #backing: ReadOnlyStore;

  /**
   * Makes a mounted store.
   *
   * @param mountPoint What the keys of the mounted store begin with.
   * @param mounted The store to mount.
   * @param backing The store behind it.
   * @param options Who emits the store's own events.
   * @throws {TypeError} If an argument is of the wrong type.
   */
  constructor(
    mountPoint: string,
    mounted: Store,
    backing: ReadOnlyStore,
    options: StoreOptions = {},
  ) {
    if (typeof mountPoint !== "string") {
      throw new TypeError(
        `mountPoint must be a string, found ${Deno.inspect(mountPoint)}`,
      );
    }
    assertStore("mounted", mounted, Store);
    assertStore("backing", backing, ReadOnlyStore);
    super([
      { store: mounted, prefix: mountPoint },
      { store: backing, prefix: "" },
    ], options);
    this.mountPoint = mountPoint;
    this.#mounted = mounted;
    this.#backing = backing;
  }

  /**
   * What is known about the store.
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
   * @param key The whole key, mount point and all.
   * @throws {KeyError} If the mounted store has no such key.
   * @throws {StoreError} `READ_ONLY` if the backing store cannot be written.
   */
  async push(key: string): Promise<void> {
    this.assertKey(key);
    this.assertConnected();
    if (!(this.#backing instanceof Store)) throw notWritable(key);
    const short = key.slice(this.mountPoint.length);
    const isMounted = key.startsWith(this.mountPoint) &&
      await this.#mounted.exists(short);
    if (!isMounted) throw new KeyError(key);
    await this.#backing.set(key, this.#mounted.get(short));
    await this.#mounted.delete(short);
  }
}

function notWritable(key: string): StoreError {
  return new StoreError(
    "READ_ONLY",
    `Cannot push ${quoted(key)}: the backing store cannot be written`,
  );
}
