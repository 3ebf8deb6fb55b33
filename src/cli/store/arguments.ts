import {
  openStore,
  type OpenStoreOptions,
  type ReadOnlyStore,
  Store,
} from "../../store/mod.ts";
import { UsageError } from "../command/mod.ts";

/** Connects to the store that a URL names, which has to be there. */
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

/** Connects to a store that can be written, made if there is none. */
export async function openToWrite(
  url: string,
  signal: AbortSignal,
): Promise<Store> {
  const store = await connect(url, signal, { create: true });
  if (store instanceof Store) return store;
  await store.disconnect();
  throw new UsageError(`Cannot write to "${url}": it is read-only`);
}

/** A key on one line of output, unlike any other key. */
export function printable(key: string): string {
  return /^"|\p{C}/u.test(key) ? JSON.stringify(key) : key;
}
