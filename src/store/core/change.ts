import type { Metadata } from "./metadata.ts";
import { existsError, KeyError } from "./store_error.ts";

/** A change of one key that a backend is asked to write. */
export interface Change {
  /**
   * The new bytes. Without them the old ones stay, and a new key is empty.
   * A stream is a byte stream; the old value must stay when it fails.
   */
  readonly data?: Uint8Array | ReadableStream<Uint8Array>;
  /**
   * The metadata to store. Read it when all of `data` has been read: metadata
   * that the caller has passed as a promise may be known no earlier.
   */
  readonly metadata: Metadata;
  /** The promise that the caller has passed as metadata, if it has. */
  readonly pending?: Promise<Metadata>;
  /**
   * How old metadata is treated: `replace` drops it, `merge` keeps the names
   * that the new metadata lacks, `update` is a merge that never makes a new key,
   * and `create` only ever makes a new key.
   */
  readonly mode: "replace" | "merge" | "update" | "create";
}

/** The result of a {@linkcode Change}. */
export interface Changed {
  /** `true` if the key had no value before. */
  readonly isNew: boolean;
  /** The metadata that the key now has. */
  readonly metadata: Metadata;
}

/**
 * Returns the metadata that a key has after a change. Every backend calls it
 * before it writes, while no one else can write the key.
 *
 * @example In a backend
 * ```ts
 * import { changedMetadata } from "@sluice/sluice/store";
 *
 * const change = { mode: "merge", metadata: { b: 2 } } as const;
 * console.log(changedMetadata("key", { a: 1 }, change)); // { a: 1, b: 2 }
 * ```
 *
 * @param key The key.
 * @param old Its metadata until now, `undefined` for a new key.
 * @param change The change.
 * @returns Its metadata from now on, frozen.
 * @throws {KeyError} If the change is an `update` of a new key.
 * @throws {StoreError} `EXISTS` if it is to `create` a key that is there.
 */
export function changedMetadata(
  key: string,
  old: Metadata | undefined,
  change: Change,
): Metadata {
  switch (change.mode) {
    case "replace":
      return change.metadata;
    case "create":
      if (old) throw existsError(key);
      return change.metadata;
    case "update":
      if (!old) throw new KeyError(key);
      return Object.freeze({ ...old, ...change.metadata });
    case "merge":
      return Object.freeze({ ...old, ...change.metadata });
  }
}
