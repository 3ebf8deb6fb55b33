/**
 * Longest time for which a wait looks again and again, in ms. A sleeping member
 * that answers takes half of it.
 */
const SPIN_MILLISECONDS = 0.2;
/** Most waits that sleep at once between two tries. */
const MOST_SKIPPED = 64;

/**
 * Decides for how long a wait looks again and again before it sleeps, from how
 * that went before: on a busy machine, or for something slow, hardly ever.
 */
export class Spin {
  /** How many waits are to sleep at once after the next failure. */
  #penalty = 0;
  /** How many waits are still to sleep at once. */
  #skips = 0;

  /** Returns how long a wait may look again and again, in ms. */
  begin(): number {
    if (this.#skips === 0) return SPIN_MILLISECONDS;
    this.#skips--;
    return 0;
  }

  /** A wait has ended while it looked. */
  paidOff(): void {
    this.#penalty = 0;
  }

  /** A wait looked in vain. */
  failed(): void {
    this.#skips = this.#penalty;
    this.#penalty = Math.min(2 * this.#penalty + 1, MOST_SKIPPED);
  }
}
