import {
  openStore,
  type OpenStoreOptions,
  type ReadOnlyStore,
  Store,
} from "../../store/mod.ts";
import { UsageError } from "../command/mod.ts";

/** Connects to the store at a URL, which has to be there. */
export async function open(
  url: string,
  signal: AbortSignal,
): Promise<ReadOnlyStore> {
  return await connect(url, signal, { create: false });
}

async function connect(
  url: string,
  signal: AbortSignal,
  options: OpenStoreOptions,
): Promise<ReadOnlyStore> {
  try {
    return await openStore(url, { ...options, signal });
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}

/** Connects to a store that can be written, and makes it if there is none. */
export async function openToWrite(
  url: string,
  signal: AbortSignal,
): Promise<Store> {
  const store = await connect(url, signal, { create: true });
  if (store instanceof Store) return store;
  await store.disconnect();
  throw new UsageError(`Cannot write to "${url}": it is read-only`);
}

/** Formats a key on one line, so that no two keys look alike. */
export function printable(key: string): string {
  return /^"|\p{C}/u.test(key) ? JSON.stringify(key) : key;
}
