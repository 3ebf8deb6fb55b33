/**
 * The ids of bytes that are being read in this process: they are removed when
 * the last reader has ended.
 */
export class OpenReaders {
  readonly #counts = new Map<string, number>();
  readonly #toRemove = new Set<string>();
  readonly #remove: (nuid: string) => void;

  /** @param remove Removes bytes that nobody reads any more. */
  constructor(remove: (nuid: string) => void) {
    this.#remove = remove;
  }

  /** Iterates while the bytes count as being read. */
  async *while(
    nuid: string,
    read: () => AsyncGenerator<Uint8Array>,
  ): AsyncGenerator<Uint8Array> {
    this.#counts.set(nuid, (this.#counts.get(nuid) ?? 0) + 1);
    try {
      yield* read();
    } finally {
      this.#ended(nuid);
    }
  }

  /** Returns whether bytes are being read. */
  has(nuid: string): boolean {
    return this.#counts.has(nuid);
  }

  /** Returns whether bytes are being read; they are then removed after that. */
  removeAfter(nuid: string): boolean {
    if (!this.has(nuid)) return false;
    this.#toRemove.add(nuid);
    return true;
  }

  #ended(nuid: string): void {
    const left = (this.#counts.get(nuid) ?? 1) - 1;
    if (left > 0) {
      this.#counts.set(nuid, left);
      return;
    }
    this.#counts.delete(nuid);
    if (this.#toRemove.delete(nuid)) this.#remove(nuid);
  }
}
