import { abortable } from "@std/async";
import { checkSignal } from "../../internal/mod.ts";

/** Options for every call of a buffer, mirror or reader that can wait. */
export interface WaitOptions {
  /**
   * Ends the wait: the call rejects with the signal's reason. What was written
   * before is still stored.
   */
  signal?: AbortSignal;
}

/**
 * The signal of a call's options.
 *
 * @throws The signal's reason, if it is aborted already.
 */
export function signalOf({ signal }: WaitOptions): AbortSignal | undefined {
  checkSignal("signal", signal);
  signal?.throwIfAborted();
  return signal;
}

/** Settles as the promise does, or rejects when the signal is aborted. */
export function untilAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  return signal === undefined ? promise : abortable(promise, signal);
}
