import { denoErrors } from "../../internal/mod.ts";
import { quoted } from "./key.ts";

/** The kinds of a {@linkcode StoreError}. */
export type StoreErrorCode =
  /** The store has no such key; the error is a {@linkcode KeyError}. */
  | "MISSING_KEY"
  /** The store has the key already; `setIfAbsent` returns `false` then. */
  | "EXISTS"
  /** The bytes of a value are no text in UTF-8. */
  | "NOT_TEXT"
  /** The text of a value is not JSON. */
  | "NOT_JSON"
  /** The store is not connected. */
  | "NOT_CONNECTED"
  /** The key, or the store, can be read, but not changed here. */
  | "READ_ONLY"
  /** The disk is full. */
  | "NO_SPACE"
  /** The value was replaced or deleted after it was looked up. */
  | "REPLACED"
  /** The transaction that wrote the first bytes of a value was rolled back. */
  | "ROLLED_BACK"
  /** The transaction has already ended, or only the outermost one can end it. */
  | "NOT_OUTERMOST"
  /** A file, database or index of the store has unexpected content. */
  | "DAMAGED"
  /** The server lists no keys. */
  | "NO_INDEX"
  /** The server cannot be reached, or answers with an error. */
  | "HTTP";

/**
 * An operation that a store cannot do as asked.
 *
 * @example Usage
 * ```ts
 * import { MemoryStore, StoreError } from "@sluice/sluice/store";
 *
 * try {
 *   await new MemoryStore().get("a");
 * } catch (error) {
 *   console.log(error instanceof StoreError && error.code); // "NOT_CONNECTED"
 * }
 * ```
 */
export class StoreError extends Error {
  /** The class's name, for messages. */
  override readonly name: string = "StoreError";
  /** The kind of the error. */
  readonly code: StoreErrorCode;

  /**
   * Makes an error.
   *
   * @param code The kind of the error.
   * @param message What was expected, what was found and what to do.
   * @param options The error that caused it.
   */
  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * The store has no value under the key.
 *
 * Import it from `@sluice/sluice/store`; `@sluice/sluice` has it too, and loads
 * all modules.
 *
 * @example Usage
 * ```ts
 * import { KeyError, MemoryStore } from "@sluice/sluice/store";
 *
 * await using store = await new MemoryStore().connect();
 * try {
 *   await store.get("a");
 * } catch (error) {
 *   console.log(error instanceof KeyError && error.key); // "a"
 * }
 * ```
 */
export class KeyError extends StoreError {
  /** The class's name, for messages. */
  override readonly name = "KeyError";
  /** The key that is missing. */
  readonly key: string;

  /**
   * Makes an error.
   *
   * @param key The key that is missing.
   */
  constructor(key: string) {
    super(
      "MISSING_KEY",
      `The store has no key ${quoted(key)}: set it first, or ask with exists()`,
    );
    this.key = key;
  }
}

/** Makes the error of creating a key that is there. */
export function existsError(key: string): StoreError {
  return new StoreError(
    "EXISTS",
    `The store has the key ${
      quoted(key)
    } already: replace its value with set()`,
  );
}

/** Makes the error of reading a value that is no longer there. */
export function replacedError(
  key: string,
  options?: ErrorOptions,
): StoreError {
  return new StoreError(
    "REPLACED",
    `The value of ${
      quoted(key)
    } was replaced or deleted before it was read: get it again`,
    options,
  );
}

/** Makes the error of working with a store that is not connected. */
export function notConnectedError(): StoreError {
  return new StoreError(
    "NOT_CONNECTED",
    "The store is not connected: call connect() first",
  );
}

/** Makes the error of connecting to a store that is not there. */
export function missingStoreError(path: string): Deno.errors.NotFound {
  return new denoErrors.NotFound(
    `There is no store in "${path}": check the path, or connect with { create: true }`,
  );
}
