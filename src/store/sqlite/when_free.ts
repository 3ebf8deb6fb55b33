import { delay } from "@std/async";
import { isSqliteBusy } from "../../internal/mod.ts";
import type { MaybePromise } from "../core/mod.ts";
import { explained } from "./sqlite_errors.ts";

/** Longest wait for the transaction of another connection. */
const MOST_MILLISECONDS = 30_000;
const RETRY_MILLISECONDS = 5;

/**
 * Runs an action that fails while another connection writes, and repeats it
 * until it succeeds. SQLite itself could wait, but the other connection may
 * belong to this very process, which must go on meanwhile.
 */
export function whenFree<T>(
  action: () => T,
  signal?: AbortSignal,
): MaybePromise<T> {
  try {
    return action();
  } catch (error) {
    if (isSqliteBusy(error)) return retry(action, signal);
    throw explained(error);
  }
}

async function retry<T>(
  action: () => T,
  signal: AbortSignal | undefined,
): Promise<T> {
  const deadline = performance.now() + MOST_MILLISECONDS;
  for (;;) {
    await delay(RETRY_MILLISECONDS * (1 + Math.random()), { signal });
    try {
      return action();
    } catch (error) {
      if (isSqliteBusy(error) && performance.now() <= deadline) continue;
      throw explained(error);
    }
  }
}
