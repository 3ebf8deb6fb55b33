import type { MemberJournal } from "./member_journal.ts";

/** Most paths that a member remembers: a program may ask for any number. */
const MOST_QUESTIONS = 10_000;
/** Most paths in one event. */
const MOST_PATHS_NOTED = 1_000;

/**
 * What a member was answered at once: that there is nothing under a path, or
 * something, and what a directory holds. If a member that comes first makes the
 * answer out of date, the steps one after the other would have done something
 * else.
 */
export class Answers {
  readonly #journal: MemberJournal;
  /**
   * Paths that the member has made itself. It knows that others make them, too,
   * and what it finds there or misses between is told to nobody.
   */
  readonly #made = new Set<string>();
  /** The directories that the program watches, or has watched. */
  readonly #watched: { directory: string; isRecursive: boolean }[] = [];
  /** Paths whose miss stands in the journal. */
  readonly #noted = new Set<string>();
  /** Paths that the program only asked for, which are noted at its end. */
  readonly #asked = new Set<string>();
  /**
   * Paths whose answer was that there is something, and whether it was a real
   * file whose size and times were told. They are noted at the end as well.
   */
  readonly #seen = new Map<string, boolean>();

  /** Notes the answers in this journal. */
  constructor(journal: MemberJournal) {
    this.#journal = journal;
  }

  /** Takes note that the member makes an entry. */
  made(path: string): void {
    if (this.#made.size < MOST_QUESTIONS) this.#made.add(path);
  }

  /** Notes, once, that there was nothing to open. */
  missed(path: string): void {
    if (this.#noted.has(path) || this.#made.has(path)) return;
    this.#noted.add(path);
    const [oldest] = this.#noted;
    if (this.#noted.size > MOST_QUESTIONS) this.#noted.delete(oldest);
    this.#asked.delete(path);
    this.#journal.note({ event: "miss", paths: [path] });
  }

  /** Remembers that the answer to a question was that there is nothing. */
  asked(path: string): void {
    this.#seen.delete(path);
    if (this.#noted.has(path) || this.#made.has(path)) return;
    if (this.#asked.size < MOST_QUESTIONS) this.#asked.add(path);
  }

  /**
   * Remembers that the answer to a question was that there is something.
   *
   * @param isReal Whether it was a real file, if its size and times were told.
   */
  seen(path: string, isReal?: boolean): void {
    this.found(path);
    if (this.#seen.size >= MOST_QUESTIONS || this.#made.has(path)) return;
    this.#seen.set(path, isReal ?? this.#seen.get(path) ?? false);
  }

  /** Takes note of a watch: the program learns of what it has not listed. */
  watched(directory: string, { isRecursive }: { isRecursive: boolean }): void {
    const isKnown = this.#watched.some((it) =>
      it.directory === directory && it.isRecursive === isRecursive
    );
    if (!isKnown) this.#watched.push({ directory, isRecursive });
    const { state, id } = this.#journal;
    for (const [path, members] of state.listings) {
      if (!members.has(id) || !this.#isWatched(path)) continue;
      this.#journal.note({ event: "list", path, watched: true });
    }
  }

  /** Notes that a directory was listed as it is, if that is news. */
  listed(path: string): void {
    if (this.#isWatched(path)) return;
    const { state, id } = this.#journal;
    const missed = state.listings.get(path)?.get(id);
    if (missed?.size === 0) return;
    this.#journal.note({ event: "list", path });
  }

  /** Forgets a miss, for the program has found the path after all. */
  found(path: string): void {
    if (this.#asked.size > 0) this.#asked.delete(path);
    if (this.#noted.size === 0 || !this.#noted.delete(path)) return;
    this.#journal.note({ event: "found", path });
  }

  #isWatched(path: string): boolean {
    return this.#watched.some(({ directory, isRecursive }) =>
      path === directory ||
      isRecursive && (directory === "" || path.startsWith(`${directory}/`))
    );
  }

  /** Notes the questions, at the end of the member. */
  noteQuestions(): void {
    const seen = [...this.#seen];
    for (const paths of inLines([...this.#asked])) {
      this.#journal.note({ event: "miss", paths, asked: true });
    }
    const others = seen.filter(([, looked]) => !looked);
    for (const paths of inLines(others.map(([path]) => path))) {
      this.#journal.note({ event: "seen", paths });
    }
    const looked = seen.filter(([, looked]) => looked);
    for (const paths of inLines(looked.map(([path]) => path))) {
      this.#journal.note({ event: "seen", paths, looked: true });
    }
    this.#asked.clear();
    this.#seen.clear();
  }
}

/** Divides paths among events: a line of the journal has a limit. */
function* inLines(paths: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < paths.length; start += MOST_PATHS_NOTED) {
    yield paths.slice(start, start + MOST_PATHS_NOTED);
  }
}
