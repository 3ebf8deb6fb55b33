/** Most mirrors whose posts are numbered at the same time. */
const MOST_MIRRORS = 10_000;

/** Knows which post of each mirror came last, so that none is stored twice. */
export class PostNumbers {
  /** Least recently used mirror first. */
  readonly #last = new Map<string, number>();

  /** Whether the mirror's post is none that came before; takes note of it. */
  isNew(mirror: string, number: number): boolean {
    const last = this.#last.get(mirror) ?? -Infinity;
    if (!(number > last)) return false;
    this.#last.delete(mirror);
    this.#last.set(mirror, number);
    if (this.#last.size > MOST_MIRRORS) {
      const [oldest] = this.#last.keys();
      this.#last.delete(oldest);
    }
    return true;
  }
}
