import {
  bytesOf,
  cursorOf,
  type KeyWords,
  MergedRecords,
  MOST_BYTES,
  MOST_RECORDS,
  RecordColumns,
  WORDS,
  wordsOf,
} from "../blocks/mod.ts";
import type { BlockPlace, BlockTable, Run } from "./block_table.ts";
import { RunCursor } from "./run_cursor.ts";

/** Runs that become one. */
export interface Merge {
  /** Takes the records of the others. */
  readonly oldest: Run;
  /** The others, the oldest first. */
  readonly newer: readonly Run[];
}

/** Records of a step, at least, unless it takes too long. */
const STEP_RECORDS = 4 * MOST_RECORDS;
const STEP_BYTES = 4 * 2 ** 20;
/** The time of a step, during which no other session is served. */
const STEP_MILLISECONDS = 10;

const FIRST_KEY: KeyWords = new Uint32Array(WORDS);

/**
 * Moves the first records of the newer runs into the oldest one, whose blocks
 * that they belong to are written again; what they replace is dropped. A step is
 * to be one transaction, after which every record is in one of the runs.
 */
export function mergeStep(table: BlockTable, { oldest, newer }: Merge): void {
  const step = new MergeStep(table, { oldest, newer });
  step.run();
}

class MergeStep {
  readonly #table: BlockTable;
  readonly #into: number;
  readonly #newer: readonly Run[];
  readonly #put: number;
  readonly #end = performance.now() + STEP_MILLISECONDS;

  constructor(table: BlockTable, { oldest, newer }: Merge) {
    this.#table = table;
    this.#into = oldest.id;
    this.#newer = newer;
    this.#put = Math.max(oldest.put, ...newer.map(({ put }) => put));
  }

  run(): void {
    const first = this.#firstRecords();
    const rest = this.#move(first.records) ?? first.rest;
    for (const run of this.#newer) this.#trim(run, rest);
    for (const { key, id } of first.replaced) {
      if (rest === undefined || isBefore(key, rest)) this.#table.dropLarge(id);
    }
  }

  /**
   * The first records of the newer runs, the key of those after them, and the
   * large payloads that they replace in one another.
   */
  #firstRecords() {
    const table = this.#table;
    const replaced: { readonly key: KeyWords; readonly id: number }[] = [];
    const merged = new MergedRecords(
      this.#newer.map(({ id }) => new RunCursor(table, id, FIRST_KEY)),
      (records, record) => {
        if (!records.isLarge(record)) return;
        replaced.push({
          key: records.key(record),
          id: records.largeId(record),
        });
      },
    );
    const records = new RecordColumns();
    for (;;) {
      const next = merged.next();
      if (next === "more") continue;
      if (next === undefined) return { records, rest: undefined, replaced };
      const { records: from } = next;
      if (records.count >= STEP_RECORDS || records.bytes >= STEP_BYTES) {
        return { records, rest: from.key(next.from), replaced };
      }
      records.append(from, next.from, next.to);
      merged.take(next.to - next.from);
    }
  }

  /** Moves records, and returns the key of the first one that it did not. */
  #move(records: RecordColumns): KeyWords | undefined {
    for (let from = 0; from < records.count;) {
      const key = bytesOf(records.key(from));
      const block = this.#table.upTo(this.#into, key) ??
        this.#table.after(this.#into);
      const next = block && this.#table.after(this.#into, block.first);
      const to = next === undefined
        ? records.count
        : records.lowerBound(wordsOf(next.first), from);
      this.#moveInto(block, records, from, to);
      from = to;
      if (from < records.count && performance.now() > this.#end) {
        return records.key(from);
      }
    }
    return undefined;
  }

  /** Moves records into the place of a block, together with those in it. */
  #moveInto(
    block: BlockPlace | undefined,
    records: RecordColumns,
    from: number,
    to: number,
  ): void {
    if (block === undefined || isFullBefore(block, records, from, to)) {
      return this.#write(records, from, to);
    }
    const there = new RecordColumns();
    this.#table.read(block, there);
    const merged = new MergedRecords(
      [cursorOf(there), cursorOf(records, from, to)],
      (records, record) => {
        if (!records.isLarge(record)) return;
        this.#table.dropLarge(records.largeId(record));
      },
    );
    const all = new RecordColumns();
    all.reserve(there.count + to - from, there.bytes);
    for (let next = merged.next(); next !== undefined; next = merged.next()) {
      if (next === "more") continue;
      all.append(next.records, next.from, next.to);
      merged.take(next.to - next.from);
    }
    this.#table.remove(block);
    this.#write(all, 0, all.count);
  }

  /** Writes records in blocks of equal size. */
  #write(records: RecordColumns, from: number, to: number): void {
    const { starts } = records;
    const bytes = starts[to] - starts[from];
    const blocks = Math.ceil(
      Math.max((to - from) / MOST_RECORDS, bytes / (2 * MOST_BYTES)),
    );
    const most = Math.ceil((to - from) / blocks);
    for (let start = from; start < to;) {
      const last = Math.min(start + most, to);
      let end = start + 1;
      while (end < last && starts[end] - starts[start] < MOST_BYTES) end++;
      this.#table.insert(this.#into, this.#put, records, start, end);
      start = end;
    }
  }

  /** Removes the records of a run that are before a key, or all. */
  #trim({ id, put }: Run, rest: KeyWords | undefined): void {
    const table = this.#table;
    for (;;) {
      const block = table.after(id);
      if (block === undefined) return;
      const from = rest && wordsOf(block.first);
      if (rest && from && !isBefore(from, rest)) return;
      if (rest === undefined || isBefore(wordsOf(block.last), rest)) {
        table.remove(block);
        continue;
      }
      const records = new RecordColumns();
      table.read(block, records);
      table.remove(block);
      table.insert(id, put, records, records.lowerBound(rest), records.count);
      return;
    }
  }
}

/** Whether a block is large enough, and the records come after all in it. */
function isFullBefore(
  block: BlockPlace,
  records: RecordColumns,
  from: number,
  to: number,
): boolean {
  const isFull = 2 * block.records >= MOST_RECORDS || block.bytes >= MOST_BYTES;
  return isFull && 2 * (to - from) >= MOST_RECORDS &&
    isBefore(wordsOf(block.last), records.key(from));
}

function isBefore(one: KeyWords, other: KeyWords): boolean {
  for (const [word, value] of one.entries()) {
    if (value !== other[word]) return value < other[word];
  }
  return false;
}
