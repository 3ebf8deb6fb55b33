import type { SizedReading, WorkflowFile } from "../journal/mod.ts";
import { describeSizedReading, type Workflow } from "../workflow/mod.ts";
import { startTimeout, stopTimeout } from "../platform/mod.ts";

/** After such a time a closed file is not going to be read once more, in ms. */
const SETTLED_MILLISECONDS = 500;

/** With more files, those that do not grow any more are forgotten. */
const MOST_TOLD = 10_000;

/** A file that is open for reading and was not committed when it was opened. */
export interface SizedReader {
  readonly entry: WorkflowFile;
  /** The position after the last byte that was read. */
  readonly readTo: number;
  /** Reports how far the file was read, at the end of the member. */
  end(): void;
}

type Reading = Pick<SizedReading, "path" | "told" | "readTo">;

/** The latest size of a file that the program was told. */
interface ToldSize {
  readonly size: number;
  /** How far closed readers have read, if there were any. */
  readTo?: number;
}

/**
 * The sizes of growing files that a member was told. A program that goes by such
 * a size misses what is written later, and is warned, unless it reads the file to
 * its end.
 */
export class ToldSizes {
  readonly #workflow: Workflow;
  readonly #sizeNow: (file: WorkflowFile) => number | undefined;
  readonly #told = new Map<WorkflowFile, ToldSize>();
  readonly #readers = new Set<SizedReader>();
  /** Sizes that were noted in case the member is lost. */
  readonly #mayBeLost = new WeakSet<ToldSize>();
  /** Files whose size is noted in an observed run. */
  readonly #observed = new WeakSet<WorkflowFile>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Gets present sizes from `sizeNow`; `undefined` for a file without a name. */
  constructor(
    workflow: Workflow,
    sizeNow: (file: WorkflowFile) => number | undefined,
  ) {
    this.#workflow = workflow;
    this.#sizeNow = sizeNow;
  }

  /** Remembers that the program was told a size of a file that may grow. */
  tell(file: WorkflowFile, size: number): void {
    const readTo = this.#told.get(file)?.readTo;
    this.#told.set(file, { size, readTo });
    if (this.#told.size > MOST_TOLD) this.#forgetOldest();
  }

  /** Notes once, in an observed run, that the program was told a size. */
  observe(file: WorkflowFile, told: number): void {
    if (this.#observed.has(file)) return;
    this.#observed.add(file);
    const { path, number } = file;
    this.#workflow.note({ event: "size", path, file: number, told });
  }

  /** Whether the program was told a size that may have been too small. */
  has(file: WorkflowFile): boolean {
    return this.#told.size > 0 && this.#told.has(file);
  }

  /** Follows how far a reader reads. */
  opened(reader: SizedReader): void {
    this.#readers.add(reader);
  }

  /** Looks how far a reader has read that is closed now. */
  closed(reader: SizedReader): void {
    this.#readers.delete(reader);
    const told = this.#told.get(reader.entry);
    if (!told) return;
    told.readTo = Math.max(told.readTo ?? 0, reader.readTo);
    // A program that reads less may look at the beginning first.
    if (told.readTo === told.size) this.#lookLater();
  }

  /** Forgets the size of a file that was read to its end. */
  readWhole(file: WorkflowFile): void {
    if (this.#told.size > 0) this.#told.delete(file);
  }

  /** Looks at all files at the end of the member. */
  end(): void {
    stopTimeout(this.#timer);
    for (const reader of this.#readers) reader.end();
    this.#look(() => true);
    for (const file of this.#told.keys()) {
      // It may grow when nobody here looks any more.
      if (file.phase === "open") this.#note(file);
    }
    this.#told.clear();
  }

  /**
   * Notes what is told of files that grow if the member is lost: after an
   * uncaught error the end of the member is not reported.
   */
  mayBeLost(): void {
    for (const reader of this.#readers) reader.end();
    for (const [file, told] of this.#told) {
      // A program may catch any number of errors.
      if (this.#mayBeLost.has(told)) continue;
      this.#mayBeLost.add(told);
      this.#note(file, { ifLost: true });
    }
  }

  /** Forgets the file that was told first, unless it may still grow. */
  #forgetOldest(): void {
    const [[file, told]] = this.#told;
    this.#told.delete(file);
    if (file.phase === "open" && !file.unlinked) this.#told.set(file, told);
  }

  #lookLater(): void {
    stopTimeout(this.#timer);
    this.#timer = startTimeout(() => {
      if (this.#workflow.ended) return;
      this.#workflow.refresh();
      // Who has read past the size may go on to the end.
      const mayGrow = this.#look((told, readTo) =>
        told.readTo === told.size && readTo === told.size
      );
      if (mayGrow) this.#lookLater();
    }, SETTLED_MILLISECONDS);
    Deno.unrefTimer(this.#timer);
  }

  /** Warns of files that have grown; returns whether others may still grow. */
  #look(isDone: (told: ToldSize, readTo: number) => boolean): boolean {
    let mayGrow = false;
    for (const [file, told] of this.#told) {
      const readTo = this.#readTo(file) ?? 0;
      if (this.#workflow.ended || !isDone(told, readTo)) continue;
      if (!this.#warnIfGrown(file, Math.max(told.size, readTo))) {
        mayGrow ||= file.phase === "open";
      }
    }
    return mayGrow;
  }

  /** Warns of a file that has more bytes than the program has learned of. */
  #warnIfGrown(file: WorkflowFile, known: number): boolean {
    const now = this.#sizeNow(file);
    if (now === undefined || now <= known) return false;
    const reading = this.#note(file, { size: now });
    this.#told.delete(file);
    console.warn(
      `sluice: ${describeSizedReading(this.#workflow.app, reading, now)}`,
    );
    return true;
  }

  /** How far a file was read, by what is closed and what is open. */
  #readTo(file: WorkflowFile): number | undefined {
    let readTo = this.#told.get(file)?.readTo;
    for (const reader of this.#readers) {
      if (reader.entry !== file) continue;
      readTo = Math.max(reader.readTo, readTo ?? 0);
    }
    return readTo;
  }

  #note(
    file: WorkflowFile,
    more: { readonly size?: number; readonly ifLost?: true } = {},
  ): Reading {
    const { path, number } = file;
    const told = this.#told.get(file)?.size ?? 0;
    const readTo = this.#readTo(file);
    const reading = { path, told, readTo, ...more };
    this.#workflow.note({ event: "size", file: number, ...reading });
    return reading;
  }
}
