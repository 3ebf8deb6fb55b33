/** Operations of which each begins when those before it have ended. */
export class Turns {
  #isTaken = false;
  /** Is called when the present turn ends. */
  #ended: (() => void) | undefined;
  /** The latest call that waits for its turn. */
  #latest: Promise<unknown> | undefined;

  /**
   * Calls `run`, which runs an operation that begins and ends a turn, when its
   * turn comes.
   *
   * @param signal Ends the wait for the turn: the operation sees it, too.
   */
  take<T>(run: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    // The common case: an operation begins as soon as it is run.
    if (!this.#isTaken && !this.#latest) return run();
    const turn = this.#wait(this.#latest, signal).then(run);
    this.#latest = turn;
    const end = () => {
      if (this.#latest === turn) this.#latest = undefined;
    };
    turn.then(end, end);
    return turn;
  }

  /** Begins a turn: an operation calls it first. */
  begin(): void {
    this.#isTaken = true;
  }

  /** Ends the turn: an operation calls it last, however it ends. */
  end(): void {
    this.#isTaken = false;
    this.#ended?.();
  }

  async #wait(
    before: Promise<unknown> | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await untilSettled(before, signal);
    if (!this.#isTaken) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = resolve;
    await untilSettled(promise, signal);
    if (this.#ended === resolve) this.#ended = undefined;
  }
}

/** Waits until a call has ended, or until the signal aborts. */
async function untilSettled(
  call: Promise<unknown> | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!call || signal?.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  call.then(end, end);
  signal?.addEventListener("abort", end);
  await promise;
  signal?.removeEventListener("abort", end);
}
