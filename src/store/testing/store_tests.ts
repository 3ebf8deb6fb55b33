import type { Store } from "../core/mod.ts";

/** A test for each promise, which gets an empty store. */
export type StoreTests = Readonly<
  Record<string, (store: Store) => Promise<void>>
>;
