import { StoreError } from "./store_error.ts";
import type { Transaction } from "./transaction.ts";

/** An entry from within a transaction, which only the outermost one ends. */
export class NestedTransaction implements Transaction {
  commit(): Promise<void> {
    return Promise.resolve();
  }

  rollback(): Promise<void> {
    const error = new StoreError(
      "NOT_OUTERMOST",
      "Cannot roll back a part of a transaction: throw an error to roll back all of it",
    );
    return Promise.reject(error);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
