import {
  openStore,
  type OpenStoreOptions,
  type ReadOnlyStore,
  Store,
} from "../../store/mod.ts";
import { UsageError } from "../command.ts";

/** Connects to the store that is given by a URL. */
export async function open(
  url: string,
  options: OpenStoreOptions = {},
): Promise<ReadOnlyStore> {
  try {
    return await openStore(url, options);
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}

/** Connects to a store that can be written, which is made if need be. */
export async function openToWrite(url: string): Promise<Store> {
  const store = await open(url, { create: true });
  if (store instanceof Store) return store;
  await store.disconnect();
  throw new UsageError(`Cannot write to "${url}": it is read-only`);
}

/** A key on one line of output, unlike any other key. */
export function printable(key: string): string {
  return /^"|\p{C}/u.test(key) ? JSON.stringify(key) : key;
}
