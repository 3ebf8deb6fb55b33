/** One of those that hold bytes in a {@linkcode SharedMemory}. */
export interface MemoryUser {
  /** Bytes that {@linkcode spill} would free. */
  readonly spillable: number;
  /** Bytes of the record that is being received, which cannot be spilled. */
  readonly receiving: number;
  /** Bytes that are being stored, and then freed. */
  readonly storing: number;
  /** Moves all that can be spilled out of the memory. */
  spill(): Promise<void>;
}

/** The memory for unfinished PUTs that the sessions of a server share. */
export class SharedMemory {
  readonly #limit: number;
  readonly #users: Set<MemoryUser> = new Set();

  /** A memory of which all users together may hold `limit` bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts a user until the result is disposed of. */
  add(user: MemoryUser): Disposable {
    this.#users.add(user);
    return { [Symbol.dispose]: () => void this.#users.delete(user) };
  }

  /**
   * Keeps the sum within the limit: spills what can be, the most first.
   *
   * @returns Whether `user` may go on: whether the records that are being
   * received are within the limit. The largest one does not count, so that a
   * record alone may be larger than the limit.
   */
  async hasRoomFor(user: MemoryUser): Promise<boolean> {
    if (!this.#isOver) return true;
    const users = [...this.#users].filter(({ spillable }) => spillable > 0)
      .sort((a, b) => b.spillable - a.spillable);
    for (const each of users) {
      const spilled = each.spill();
      // What fails for another one is told to its client.
      await (each === user ? spilled : spilled.catch(() => {}));
      if (!this.#isOver) return true;
    }
    if (user.receiving === 0) return true;
    let received = 0;
    let largest = 0;
    for (const { receiving } of this.#users) {
      received += receiving;
      largest = Math.max(largest, receiving);
    }
    return received - largest <= this.#limit;
  }

  get #isOver(): boolean {
    let held = 0;
    for (const { spillable, receiving, storing } of this.#users) {
      held += spillable + receiving + storing;
    }
    return held > this.#limit;
  }
}
