/** What a {@linkcode StoreError} is about. */
export type StoreErrorCode =
  /** The store has no such key; the error is a {@linkcode KeyError}. */
  | "MISSING_KEY"
  /** The store is not connected. */
  | "NOT_CONNECTED"
  /** The key can be read, but not changed or deleted here. */
  | "READ_ONLY"
  /** The value was replaced or deleted after it was looked up. */
  | "REPLACED"
  /** What was written so far is gone with the transaction around it. */
  | "ROLLED_BACK"
  /** The transaction has already ended, or is not this one's to end. */
  | "NOT_OUTERMOST"
  /** What the store finds in its files is not what it wrote there. */
  | "DAMAGED"
  /** The server lists no keys. */
  | "NO_INDEX"
  /** The server answered with an error. */
  | "HTTP";

/**
 * Something that a store cannot do as asked.
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
  /** Which of the possible errors this is. */
  readonly code: StoreErrorCode;

  /**
   * Makes an error.
   *
   * @param code Which of the possible errors this is.
   * @param message What was expected, what was found and what to do.
   * @param options What caused it.
   */
  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * The store has no value under the key.
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
    super("MISSING_KEY", `The store has no key ${quoted(key)}`);
    this.key = key;
  }
}

/** The key as messages show it: on one line, and not the whole of a long one. */
export function quoted(key: string): string {
  const most = 200;
  return key.length <= most
    ? JSON.stringify(key)
    : `${JSON.stringify(key.slice(0, most))}… (${key.length} characters)`;
}

/** What a value that is no longer there fails with when it is read. */
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
