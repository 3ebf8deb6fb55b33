import { BY_KIND, type EntryCheck, lstatIfPresent } from "../platform/mod.ts";
import { EventDecoder, type JournalEvent } from "./events/mod.ts";
import { MOST_LINE_BYTES, openJournal } from "./journal.ts";
import {
  type FileNumbers,
  type JournalFormat,
  type JournalHead,
  readFormat,
} from "./journal_format.ts";

const READ_SIZE = 256 * 1024;
/** The first line is shorter, whatever a later format may add. */
const MOST_FIRST_LINE_BYTES = 4096;
const LINE_FEED = 10;

const NOTHING: readonly never[] = [];

/** Reads a journal that grows: every process reads the same events in order. */
export class JournalReader implements Disposable {
  /** What its first line says. */
  readonly format: JournalFormat;
  readonly #file: Deno.FsFile;
  readonly #numbers: FileNumbers;
  readonly #buffer = new Uint8Array(READ_SIZE);
  readonly #decoder = new EventDecoder();
  /** Where the events begin. */
  readonly #start: number;
  /** How much of the file has been read. */
  #size: number;
  /** Where the complete lines end that have been read. */
  #linesEnd = 0;
  /** Bytes of a line whose end has not been read yet. */
  #rest: Uint8Array<ArrayBuffer>[] = [];
  #restLength = 0;
  /** Whether that line is too long, and its bytes are not kept. */
  #isTooLong = false;
  #end: number | undefined;

  /** Opens the journal at `path`, which must exist. */
  constructor(path: string, check: EntryCheck = BY_KIND) {
    this.#file = openJournal(path, { read: true }, check);
    const line = readFirstLine(this.#file);
    const text = new TextDecoder().decode(line);
    this.#numbers = this.#file.statSync();
    this.format = readFormat(text, this.#numbers);
    // A journal of version 0.2 begins with an event.
    const isPlain = this.format.type === "foreign" && !this.head;
    const start = isPlain ? 0 : line.length + 1;
    this.#start = start + (this.head?.checkpoint ?? 0);
    this.#size = this.#start;
    this.#file.seekSync(this.#start, Deno.SeekMode.Start);
  }

  /** What the first line says of the journal, if it has the form of this version. */
  get head(): JournalHead | undefined {
    return this.format.type === "unknown" ? undefined : this.format.head;
  }

  /** How much of the file has been read, in bytes. */
  get size(): number {
    return this.#size;
  }

  /**
   * Where the line ends in the file that ends the journal; `undefined` as long as
   * it has not been read.
   */
  get end(): number | undefined {
    return this.#end;
  }

  /** The position of that end among the bytes of all events of the run. */
  get position(): number {
    const read = (this.#end ?? this.#size) - this.#start;
    return (this.head?.position ?? 0) + read;
  }

  /**
   * The position behind the line of the last event that {@linkcode read} has
   * yielded, among the bytes of all events of the run.
   */
  get linePosition(): number {
    const end = this.#linesEnd - this.#decoder.left;
    return (this.head?.position ?? 0) + end - this.#start;
  }

  /** Tells whether these are the numbers of this journal. */
  is(other: Pick<FileNumbers, "dev" | "ino"> | undefined): boolean {
    const { dev, ino } = this.#numbers;
    return other?.ino === ino && other.dev === dev;
  }

  /** Tells whether `path` names this journal, and not one of a later run. */
  isAt(path: string): boolean {
    return this.is(lstatIfPresent(path));
  }

  /**
   * Reads the lines of the checkpoint with which the journal begins.
   *
   * @throws {SyntaxError} If it is cut short.
   */
  *checkpoint(): Generator<string> {
    let left = this.head?.checkpoint ?? 0;
    if (left === 0) return;
    this.#file.seekSync(this.#start - left, Deno.SeekMode.Start);
    const decoder = new TextDecoder();
    let rest = "";
    while (left > 0) {
      const buffer = this.#buffer.subarray(0, left);
      const count = this.#file.readSync(buffer);
      if (count === null) throw new SyntaxError("The checkpoint is cut short");
      left -= count;
      const piece = decoder.decode(buffer.subarray(0, count), { stream: true });
      const lines = (rest + piece).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
    if (rest !== "") throw new SyntaxError("The checkpoint is cut short");
  }

  /**
   * Reads the events that any process has appended since the last call, up to the
   * end of the journal; `undefined` stands for a line that is none.
   */
  read(): Iterable<JournalEvent | undefined> {
    const count = this.#readSome();
    // Most calls find nothing.
    return count === null ? NOTHING : this.#readOn(count);
  }

  *#readOn(first: number): Generator<JournalEvent | undefined> {
    for (
      let count: number | null = first;
      count !== null;
      count = this.#readSome()
    ) {
      this.#size += count;
      const wasTooLong = this.#takeLines(this.#buffer.subarray(0, count));
      if (wasTooLong) yield undefined;
      while (this.#decoder.hasNext()) {
        const event = this.#decoder.next();
        if (event?.event !== "checkpoint") {
          yield event;
          continue;
        }
        const end = this.#linesEnd - this.#decoder.left;
        const isEnd = end > (this.head?.room ?? Infinity);
        if (isEnd) this.#end = end;
        yield isEnd ? event : undefined;
        if (isEnd) return;
      }
      if (count < this.#buffer.length) return;
    }
  }

  #readSome(): number | null {
    if (this.#end !== undefined) return null;
    return this.#file.readSync(this.#buffer);
  }

  /**
   * Takes the complete lines of what has been read, keeps the rest, and returns
   * whether a line is passed over because it was too long.
   */
  #takeLines(chunk: Uint8Array<ArrayBuffer>): boolean {
    const first = chunk.indexOf(LINE_FEED);
    if (first < 0) {
      this.#keep(chunk);
      return false;
    }
    // All members agree on that, in whatever pieces they read the line.
    const isPassedOver = this.#isTooLong ||
      this.#restLength + first > MOST_LINE_BYTES;
    const end = chunk.lastIndexOf(LINE_FEED) + 1;
    const complete = isPassedOver
      ? chunk.subarray(first + 1, end)
      : joined(this.#rest, chunk.subarray(0, end));
    this.#linesEnd = this.#size - chunk.length + end;
    this.#forget();
    this.#isTooLong = false;
    this.#keep(chunk.subarray(end));
    this.#decoder.take(complete);
    return isPassedOver;
  }

  #keep(chunk: Uint8Array<ArrayBuffer>): void {
    if (this.#isTooLong || chunk.length === 0) return;
    this.#isTooLong = this.#restLength + chunk.length > MOST_LINE_BYTES;
    if (this.#isTooLong) return this.#forget();
    this.#rest.push(chunk.slice());
    this.#restLength += chunk.length;
  }

  #forget(): void {
    this.#rest = [];
    this.#restLength = 0;
  }

  /** Releases the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** Returns the first line of a file, empty when it is too long for a format. */
function readFirstLine(file: Deno.FsFile): Uint8Array {
  const buffer = new Uint8Array(MOST_FIRST_LINE_BYTES);
  const count = file.readSync(buffer) ?? 0;
  const end = buffer.subarray(0, count).indexOf(LINE_FEED);
  return buffer.subarray(0, Math.max(0, end));
}

function joined(
  head: readonly Uint8Array<ArrayBuffer>[],
  tail: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  if (head.length === 0) return tail;
  const pieces = [...head, tail];
  const whole = new Uint8Array(
    pieces.reduce((size, piece) => size + piece.length, 0),
  );
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
