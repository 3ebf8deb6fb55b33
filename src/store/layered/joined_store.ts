import {
  type JsonValue,
  type Metadata,
  ReadOnlyStore,
  Store,
  type StoreOptions,
} from "../core/mod.ts";
import { checkStore, LayeredStore } from "./layered_store.ts";

/**
 * Several stores as one: a key is looked up in one store after the other, and
 * the first that has it wins. Writes go to the first store.
 *
 * A key that only a later store has is copied to the first when it is changed,
 * and cannot be deleted. Deleting a key of the first store uncovers the one of
 * a later store; `clear` deletes the keys of the first. Connecting and disconnecting the joined store connects and
 * disconnects all of them.
 *
 * Source of the semantics: `encore.storage.JoinedStore`.
 *
 * @typeParam M The metadata of every key, as the caller knows it; it is not
 * checked.
 *
 * @example A local store in front of a remote one
 * ```ts
 * import { FileStore, JoinedStore, UrlStore } from "@sluice/sluice/store";
 *
 * await using store = await new JoinedStore([
 *   new FileStore("mine"),
 *   new UrlStore("https://example.com/theirs/"),
 * ]).connect();
 * ```
 */
export class JoinedStore<M extends object = Metadata> extends LayeredStore<M> {
  readonly #stores: readonly ReadOnlyStore<M>[];

  /**
   * Makes a joined store.
   *
   * @param stores The stores, of which the first can be written.
   * @param options The event manager of the joined store's own events.
   * @throws {TypeError} If there is no store, or the first cannot be written.
   */
  constructor(
    stores: readonly [Store<M>, ...ReadOnlyStore<M>[]],
    options: StoreOptions = {},
  ) {
    const [first, ...rest] = stores;
    checkStore("stores[0]", first, Store);
    rest.forEach((store, n) => {
      checkStore(`stores[${n + 1}]`, store, ReadOnlyStore);
    });
    const layer = <S>(store: S) => ({ store, prefix: "" });
    super([layer(first), ...rest.map(layer)], options);
    this.#stores = [...stores];
  }

  /**
   * Describes the store.
   *
   * @returns Its `backend`, that it is not `readonly`, and the same of its
   * `stores`.
   */
  async info(): Promise<Readonly<Record<string, JsonValue>>> {
    const stores = await Promise.all(this.#stores.map((store) => store.info()));
    return { backend: "joined", readonly: false, stores };
  }
}
