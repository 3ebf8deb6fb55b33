/** The memory for unfinished PUTs that the sessions of a server share. */
export interface SharedMemory {
  /** Bytes that all of them may hold together. */
  readonly limit: number;
  /** Bytes that they hold. */
  held: number;
}

/** One session's share of a {@linkcode SharedMemory}. */
export class MemoryShare implements Disposable {
  readonly #memory: SharedMemory;
  #bytes = 0;

  /** A share of no bytes. */
  constructor(memory: SharedMemory) {
    this.#memory = memory;
  }

  /** Whether this share must shrink to keep the sum within the limit. */
  get mustShrink(): boolean {
    return this.#bytes > 0 && this.#memory.held > this.#memory.limit;
  }

  /** Sets the bytes of this share. */
  set(bytes: number): void {
    this.#memory.held += bytes - this.#bytes;
    this.#bytes = bytes;
  }

  [Symbol.dispose](): void {
    this.set(0);
  }
}
