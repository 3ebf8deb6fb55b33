import type { Store } from "../core/mod.ts";

/** What stores promise, and what each promise is tried with: an empty store. */
export type StoreTests = Readonly<
  Record<string, (store: Store) => Promise<void>>
>;
