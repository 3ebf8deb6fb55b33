/**
 * Closes that are reported once the program is seen to go on. A `using`
 * declaration closes its file also when an error leaves the block, and then
 * the context fails before they are.
 */
export class DeferredCloses {
  #reports: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Holds back the report of a close. */
  hold(report: () => void): void {
    this.#reports.push(report);
    // An error that ends the program is noticed only after a turn of timers.
    this.#timer ??= setTimeout(() => {
      this.#timer = setTimeout(() => this.release(), 0);
    }, 0);
  }

  /** Reports them all. */
  release(): void {
    if (this.#reports.length === 0) return;
    const reports = this.#reports;
    this.drop();
    for (const report of reports) report();
  }

  /** Never reports them. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#reports = [];
  }
}
