/** Runs actions one after the other, in the order in which they are asked for. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs an action once those before it are done, failed or not. */
  take<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#last.catch(() => {}).then(action);
    this.#last = turn;
    return turn;
  }

  /** Resolves when the actions so far are done, failed or not. */
  async done(): Promise<void> {
    await this.#last.catch(() => {});
  }
}
