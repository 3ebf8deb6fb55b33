import {
  NatsStore,
  openStore,
  type OpenStoreOptions,
  type ReadOnlyStore,
  Store,
  StoreError,
} from "../../store/mod.ts";
import { parseExactJson, shownUrl } from "../../internal/mod.ts";
import { jsonLine, UsageError } from "../command/mod.ts";
import { natsLogin } from "./nats_login.ts";

/** The options of a command that reads single keys, for `parseArgs`. */
export const READING_OPTIONS = {
  "no-index": { type: "boolean", default: false },
} as const;

/** Connects to the store at a URL, which has to be there. */
export async function open(
  url: string,
  values: { readonly "no-index"?: boolean },
  signal: AbortSignal,
): Promise<ReadOnlyStore> {
  const index = values["no-index"] ? false : undefined;
  return await connect(url, signal, { create: false, index });
}

async function connect(
  url: string,
  signal: AbortSignal,
  options: OpenStoreOptions,
): Promise<ReadOnlyStore> {
  try {
    const nats = natsLogin(url);
    const store = await openStore(url, { ...options, nats, signal });
    if (store instanceof NatsStore) await tellOfServers(store);
    return store;
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}

async function tellOfServers(store: NatsStore): Promise<void> {
  const { warning } = await store.info();
  if (typeof warning === "string") console.error(`sluice store: ${warning}`);
}

/** Connects to a store that can be written, and makes it if it may. */
export async function openToWrite(
  url: string,
  signal: AbortSignal,
  { create = true }: Pick<OpenStoreOptions, "create"> = {},
): Promise<Store> {
  const store = await connect(url, signal, { create });
  if (store instanceof Store) return store;
  await store.disconnect();
  throw new UsageError(`Cannot write to "${shownUrl(url)}": it is read-only`);
}

/** A value that is replaced again and again is looked up so often. */
const MOST_ATTEMPTS = 20;

/**
 * Looks a value up and reads it, again if it was replaced before it was read.
 *
 * @param mayRepeat Tells whether nothing of it has left yet.
 */
export async function readCurrent<T>(
  read: () => Promise<T>,
  mayRepeat: () => boolean = () => true,
): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await read();
    } catch (error) {
      const isReplaced = error instanceof StoreError &&
        error.code === "REPLACED";
      if (!isReplaced || attempt === MOST_ATTEMPTS || !mayRepeat()) throw error;
    }
  }
}

/**
 * Parses JSON, and returns `otherwise` for a text that is not JSON.
 *
 * @param name The name of the value, for errors.
 * @throws {UsageError} If a number would be rounded: it would be another one.
 */
export function parseJson(
  text: string,
  name: string,
  otherwise: unknown,
): unknown {
  try {
    return parseExactJson(text, name);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    return otherwise;
  }
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
