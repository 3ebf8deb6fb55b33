import type { MemberJournal } from "./member_journal.ts";

/** Most paths that a member remembers: a program may ask for any number. */
const MOST_QUESTIONS = 10_000;
/** Most paths in one event. */
const MOST_PATHS_NOTED = 1_000;

/**
 * The paths under which a member has found nothing. If another member makes one
 * of them, the steps one after the other would have done something else.
 */
export class Misses {
  readonly #journal: MemberJournal;
  /** Paths whose miss stands in the journal. */
  readonly #noted = new Set<string>();
  /** Paths that the program only asked for, which are noted at its end. */
  readonly #asked = new Set<string>();

  /** Notes the misses in this journal. */
  constructor(journal: MemberJournal) {
    this.#journal = journal;
  }

  /** Notes, once, that there was nothing to open. */
  missed(path: string): void {
    if (this.#noted.has(path)) return;
    this.#noted.add(path);
    this.#asked.delete(path);
    this.#journal.note({ event: "miss", paths: [path] });
  }

  /** Remembers that the answer to a question was that there is nothing. */
  asked(path: string): void {
    if (this.#noted.has(path) || this.#asked.size >= MOST_QUESTIONS) return;
    this.#asked.add(path);
  }

  /** Forgets a miss, for the program has found the path after all. */
  found(path: string): void {
    if (this.#asked.size > 0) this.#asked.delete(path);
    if (this.#noted.size === 0 || !this.#noted.delete(path)) return;
    this.#journal.note({ event: "found", path });
  }

  /** Notes the questions, at the end of the member. */
  noteQuestions(): void {
    if (this.#asked.size === 0) return;
    const all = [...this.#asked];
    this.#asked.clear();
    // A line of the journal has a limit.
    for (let start = 0; start < all.length; start += MOST_PATHS_NOTED) {
      const paths = all.slice(start, start + MOST_PATHS_NOTED);
      this.#journal.note({ event: "miss", paths, asked: true });
    }
  }
}
