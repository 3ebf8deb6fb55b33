/** Calls of which each begins when those before it have ended. */
export class Turns {
  #latest: Promise<unknown> | undefined;

  /**
   * Makes a call when its turn comes.
   *
   * @param signal Ends the wait for the turn: the call is then made at once,
   * and sees the signal too.
   */
  take<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#latest;
    const turn = before ? after(before, signal).then(call) : call();
    this.#latest = turn;
    const end = () => {
      if (this.#latest === turn) this.#latest = undefined;
    };
    turn.then(end, end);
    return turn;
  }
}

/** Waits until a call has ended, or until the signal aborts. */
async function after(
  call: Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  call.then(end, end);
  if (signal?.aborted) return;
  signal?.addEventListener("abort", end);
  await promise;
  signal?.removeEventListener("abort", end);
}
