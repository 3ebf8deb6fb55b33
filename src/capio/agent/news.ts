/** Tells those who listen that there is something new. */
export class News {
  readonly #listeners = new Set<Listener>();

  /** Wakes all listeners. */
  tell(): void {
    for (const listener of this.#listeners) listener.wake();
  }

  /** Listens from now on. */
  listen(): Listener {
    const listener = new Listener();
    this.#listeners.add(listener);
    return listener;
  }
}

/** Waits for news, of which none is missed between two waits. */
export class Listener {
  #isTold = false;
  #wake: (() => void) | undefined;

  /** Ends the wait, or the next one. */
  wake(): void {
    this.#isTold = true;
    this.#wake?.();
  }

  /**
   * Waits for news since the last wait.
   *
   * @param milliseconds How long it waits at most; for ever by default.
   */
  async next(milliseconds?: number): Promise<void> {
    if (!this.#isTold) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (milliseconds !== undefined) {
          timer = setTimeout(resolve, milliseconds);
        }
      });
      clearTimeout(timer);
      this.#wake = undefined;
    }
    this.#isTold = false;
  }
}
