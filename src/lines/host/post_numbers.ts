/** Most mirrors whose posts are numbered at the same time. */
const MOST_MIRRORS = 10_000;

/** Keeps the number of each mirror's last post, so that none is stored twice. */
export class PostNumbers {
  /** Least recently used mirror first. */
  readonly #last = new Map<string, number>();

  /** Records a mirror's post, and returns whether it is new. */
  record(mirror: string, number: number): boolean {
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
