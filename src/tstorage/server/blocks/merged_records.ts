import { compareRecords, type RecordColumns } from "./record_columns.ts";

/** Records in key order, some of which are at hand at a time. */
export interface RecordCursor {
  /** Holds the records at hand: those from `at` to `to`. */
  readonly records: RecordColumns;
  at: number;
  readonly to: number;
  /**
   * Looks for the next records when none is at hand, in a bounded time: there
   * may be none after it.
   *
   * @returns Whether there may be more.
   */
  load(): boolean;
}

/** Records that follow one another in a block. */
export interface Stretch {
  readonly records: RecordColumns;
  readonly from: number;
  readonly to: number;
}

/** Called for each record that a later one with the same key replaces. */
export type ReplacedSink = (records: RecordColumns, record: number) => void;

/**
 * Joins records of several cursors in key order. Of those with the same key, the
 * one of the last cursor counts.
 */
export class MergedRecords<C extends RecordCursor = RecordCursor> {
  /** The cursors that have not ended, the oldest first. */
  readonly #cursors: C[];
  readonly #replaced: ReplacedSink | undefined;
  #best: C | undefined;

  /** Joins the records of cursors, the oldest of which comes first. */
  constructor(cursors: readonly C[], replaced?: ReplacedSink) {
    this.#cursors = [...cursors];
    this.#replaced = replaced;
  }

  /** The cursors that have not ended. */
  get cursors(): readonly C[] {
    return this.#cursors;
  }

  /**
   * The next records that stand together, as long as none is taken; `"more"` if
   * this is to be asked again, as it would take longer; nothing at the end.
   */
  next(): Stretch | "more" | undefined {
    for (const [i, cursor] of this.#cursors.entries()) {
      if (cursor.at < cursor.to) continue;
      if (!cursor.load()) this.#cursors.splice(i, 1);
      return "more";
    }
    const best = this.#best = this.#first();
    if (best === undefined) return undefined;
    const { records, at: from } = best;
    if (this.#cursors.length === 1) return { records, from, to: best.to };
    if (this.#dropReplaced(best)) return "more";
    const limit = this.#first(best);
    const to = limit === undefined
      ? best.to
      : Math.min(best.to, records.gallop(from, limit.records, limit.at));
    return { records, from, to };
  }

  /** Takes the first ones of the records that {@linkcode next} has returned. */
  take(count: number): void {
    if (this.#best !== undefined) this.#best.at += count;
  }

  /** The cursor with the first key, the newest of several. */
  #first(except?: C): C | undefined {
    let first: C | undefined;
    for (const cursor of this.#cursors) {
      if (cursor === except) continue;
      if (
        first === undefined ||
        compareRecords(cursor.records, cursor.at, first.records, first.at) <= 0
      ) first = cursor;
    }
    return first;
  }

  /** Passes the older records with the same key; whether a cursor has to load. */
  #dropReplaced(best: C): boolean {
    let isEmpty = false;
    for (const cursor of this.#cursors) {
      if (cursor === best) return isEmpty;
      const { records, at } = cursor;
      if (compareRecords(records, at, best.records, best.at) !== 0) continue;
      this.#replaced?.(records, at);
      cursor.at++;
      isEmpty ||= cursor.at === cursor.to;
    }
    return isEmpty;
  }
}

/** Some records that are all at hand. */
export function cursorOf(
  records: RecordColumns,
  from = 0,
  to: number = records.count,
): RecordCursor {
  return { records, at: from, to, load: () => false };
}
