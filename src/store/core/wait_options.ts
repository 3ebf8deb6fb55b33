import { checkSignal } from "../../internal/mod.ts";

/** Options of a call that may have to wait. */
export interface WaitOptions {
  /** Ends the wait; the call then fails with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * The signal of a call that begins now.
 *
 * @throws {TypeError} If it is no `AbortSignal`.
 * @throws Its reason, if it is already aborted.
 */
export function liveSignal({ signal }: WaitOptions): AbortSignal | undefined {
  checkSignal("signal", signal);
  signal?.throwIfAborted();
  return signal;
}
