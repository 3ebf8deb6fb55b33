import type { Metadata } from "./metadata.ts";
import { KeyError } from "./store_error.ts";

/** What a backend is asked to write under one key. */
export interface Change {
  /**
   * The new bytes. Without them the old ones stay, or none are there.
   * A stream is a byte stream, and may fail: the old value must stay then.
   */
  readonly data?: Uint8Array | ReadableStream<Uint8Array>;
  /** The metadata to store. */
  readonly metadata: Metadata;
  /**
   * Whether the old metadata goes, or stays where the new one does not say. An
   * `update` is a merge too, but never makes a new key.
   */
  readonly mode: "replace" | "merge" | "update";
}

/** What came of a {@linkcode Change}. */
export interface Changed {
  /** Whether the key had no value before. */
  readonly isNew: boolean;
  /** The metadata that the key now has. */
  readonly metadata: Metadata;
}

/**
 * The metadata of a key after a change: what every backend asks before it
 * writes, and while nobody else can.
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
 * @param change What to change.
 * @returns Its metadata from now on, frozen.
 * @throws {KeyError} If a new key was to be updated.
 */
export function changedMetadata(
  key: string,
  old: Metadata | undefined,
  { metadata, mode }: Change,
): Metadata {
  switch (mode) {
    case "replace":
      return metadata;
    case "update":
      if (!old) throw new KeyError(key);
      return Object.freeze({ ...old, ...metadata });
    case "merge":
      return Object.freeze({ ...old, ...metadata });
  }
}
