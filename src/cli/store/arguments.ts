import {
  openStore,
  type OpenStoreOptions,
  type ReadOnlyStore,
  Store,
} from "../../store/mod.ts";
import { shownUrl } from "../../internal/mod.ts";
import { jsonLine, UsageError } from "../command/mod.ts";

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
  throw new UsageError(`Cannot write to "${shownUrl(url)}": it is read-only`);
}

/** Formats a key on one line, so that no two keys look alike. */
export function printable(key: string): string {
  return /^"|\p{C}|\p{Zl}|\p{Zp}/u.test(key) ? jsonLine(key) : key;
}

/** Says on standard error that a listing is not complete. */
export async function tellDamaged(store: ReadOnlyStore): Promise<void> {
  const { damaged } = await store.info();
  if (typeof damaged !== "number" || damaged === 0) return;
  const entries = damaged === 1 ? "entry was" : "entries were";
  console.error(`sluice store: ${damaged} damaged ${entries} passed over`);
}
