/** What several users share: made for the first one, ended with the last one. */
export class SharedUses<T> {
  readonly #uses = new Map<string, { made: Promise<T>; count: number }>();

  /** Returns what stands under the key, and makes it if there is none. */
  async acquire(key: string, make: () => Promise<T>): Promise<T> {
    const use = this.#uses.get(key) ?? { made: make(), count: 0 };
    this.#uses.set(key, use);
    use.count++;
    try {
      return await use.made;
    } catch (error) {
      if (this.#uses.get(key) === use) this.#uses.delete(key);
      throw error;
    }
  }

  /** Ends one use; calls `end` after the last one. */
  async release(key: string, end: (made: T) => Promise<void>): Promise<void> {
    const use = this.#uses.get(key);
    if (!use || --use.count > 0) return;
    this.#uses.delete(key);
    await end(await use.made);
  }
}
