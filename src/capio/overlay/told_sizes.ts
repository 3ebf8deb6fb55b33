import type { WorkflowFile } from "../journal/mod.ts";
import type { Workflow } from "../workflow/mod.ts";

/** After such a time a closed file is not going to be read once more, in ms. */
const SETTLED_MILLISECONDS = 500;

/** A file that is open for reading and was not committed when it was opened. */
export interface SizedReader {
  readonly entry: WorkflowFile;
  /** The position after the last byte that was read. */
  readonly readTo: number;
  /** Reports how far the file was read, at the end of the member. */
  end(): void;
}

/** The latest size of a file that the program was told. */
interface ToldSize {
  readonly size: number;
  /** How far closed readers have read. */
  readTo: number;
}

/**
 * The sizes of growing files that a member was told. A program that goes by such
 * a size and reads no further misses what is written later, and is warned.
 */
export class ToldSizes {
  readonly #workflow: Workflow;
  readonly #sizeNow: (file: WorkflowFile) => number | undefined;
  readonly #told = new Map<WorkflowFile, ToldSize>();
  readonly #readers = new Set<SizedReader>();
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
    const readTo = this.#told.get(file)?.readTo ?? 0;
    this.#told.set(file, { size, readTo });
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
    told.readTo = Math.max(told.readTo, reader.readTo);
    // A program that reads less may look at the beginning first.
    if (told.readTo >= told.size) this.#lookLater();
  }

  /** Forgets the size of a file that was read to its end. */
  readWhole(file: WorkflowFile): void {
    if (this.#told.size > 0) this.#told.delete(file);
  }

  /** Looks at all files at the end of the member. */
  end(): void {
    clearTimeout(this.#timer);
    for (const reader of this.#readers) reader.end();
    this.#look(() => true);
    for (const [file, { size }] of this.#told) {
      // It may grow when nobody here looks any more.
      if (file.phase === "open") this.#note(file, size);
    }
    this.#told.clear();
  }

  #lookLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#workflow.ended) return;
      this.#workflow.refresh();
      const mayGrow = this.#look(({ size, readTo }) => readTo >= size);
      if (mayGrow) this.#lookLater();
    }, SETTLED_MILLISECONDS);
    Deno.unrefTimer(this.#timer);
  }

  /** Warns of files that have grown; returns whether others may still grow. */
  #look(isDone: (told: ToldSize) => boolean): boolean {
    const open = new Map<WorkflowFile, number>();
    for (const { entry, readTo } of this.#readers) {
      open.set(entry, Math.max(readTo, open.get(entry) ?? 0));
    }
    let mayGrow = false;
    for (const [file, told] of this.#told) {
      const readTo = Math.max(told.readTo, open.get(file) ?? 0);
      if (readTo > told.size) this.#told.delete(file);
      else if (this.#workflow.ended || !isDone(told)) continue;
      else if (!this.#warnIfGrown(file, told.size)) {
        mayGrow ||= file.phase === "open";
      }
    }
    return mayGrow;
  }

  #warnIfGrown(file: WorkflowFile, size: number): boolean {
    const now = this.#sizeNow(file);
    if (now === undefined || now <= size) return false;
    this.#told.delete(file);
    this.#note(file, size, now);
    console.warn(
      `sluice: "${this.#workflow.app}" was told that "${file.path}" has ${size} bytes, and read no further, but it has ${now} by now: a program that goes by sizes needs the mode "update" for its file`,
    );
    return true;
  }

  #note(file: WorkflowFile, told: number, size?: number): void {
    const { path, number } = file;
    this.#workflow.note({ event: "size", path, file: number, told, size });
  }
}
