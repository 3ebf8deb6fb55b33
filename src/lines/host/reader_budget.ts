import { LinesError } from "../buffer/mod.ts";

/** What the stream and the connection of one reader take, in characters. */
const READER_CHARS = 16 * 1024;

/** Batches that a reader keeps when it is sent many: two are on their way. */
const BATCHES_KEPT = 3;

/**
 * Bounds what all readers that are being sent something keep in memory. Beyond
 * it, those that have taken nothing for the longest time are dropped, so that
 * they do not keep the others out.
 */
export class ReaderBudget {
  readonly #maxChars: number;
  /** The reader that has taken nothing for the longest time comes first. */
  readonly #shares = new Map<AbortController, number>();
  #chars = 0;

  /** @param maxChars Most characters of all readers together. */
  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  /** Lets a reader in. */
  share(): ReaderShare {
    const dropping = new AbortController();
    return {
      dropped: dropping.signal,
      hold: (chars) =>
        this.#hold(dropping, READER_CHARS + BATCHES_KEPT * chars),
      release: () => this.#release(dropping),
    };
  }

  #hold(holder: AbortController, chars: number): void {
    this.#release(holder);
    if (holder.signal.aborted) return;
    this.#shares.set(holder, chars);
    this.#chars += chars;
    for (const other of this.#shares.keys()) {
      if (this.#chars <= this.#maxChars || other === holder) return;
      this.#release(other);
      other.abort(
        new LinesError("LAGGED", "The host dropped a reader that was too slow"),
      );
    }
  }

  #release(holder: AbortController): void {
    this.#chars -= this.#shares.get(holder) ?? 0;
    this.#shares.delete(holder);
  }
}

/** The part of one reader in a {@linkcode ReaderBudget}. */
export interface ReaderShare {
  /** Aborts when the reader has to go. */
  readonly dropped: AbortSignal;
  /** Notes that the reader has come for more, which has so many characters. */
  hold(chars: number): void;
  /** Notes that the reader has all that there is. */
  release(): void;
}
