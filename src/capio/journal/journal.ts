import {
  BY_KIND,
  CapioError,
  createTrusted,
  type EntryCheck,
  lstatIfPresent,
  openTrusted,
  system,
} from "../platform/mod.ts";
import { decodeEvents, encodeEvent, type JournalEvent } from "./events/mod.ts";
import {
  formatLine,
  type JournalFormat,
  readFormat,
} from "./journal_format.ts";

const READ_SIZE = 256 * 1024;
/** The first line is shorter, whatever a later format may add. */
const MOST_FIRST_LINE_BYTES = 4096;
/**
 * A longer line is no event: it is passed over, and never held in memory whole.
 * No member writes one. Only a CAPIO-CL configuration can come near it.
 */
export const MOST_LINE_BYTES = 16 * 1024 * 1024;
const LINE_FEED = 10;

/**
 * Creates a journal that has its first line alone. No process sees it without:
 * it is written under a name of its own, and then renamed.
 */
export function createJournal(path: string, check: EntryCheck): void {
  const fresh = `${path}-${crypto.randomUUID()}`;
  try {
    using file = createTrusted(fresh, check);
    const bytes = new TextEncoder().encode(
      `${formatLine(file.statSync(), check.by)}\n`,
    );
    if (file.writeSync(bytes) < bytes.length) throw diskFull();
    system.renameSync(fresh, path);
  } catch (error) {
    if (lstatIfPresent(fresh)) system.removeSync(fresh);
    throw error;
  }
}

/**
 * The end of a workflow's journal at which events are added: one JSON event a
 * line, in one write each, so that the lines of many processes never mix.
 *
 * Appending and reading are synchronous on purpose. Both go to the page cache
 * and take one to two microseconds, a twentieth of a hop to another thread.
 */
export class JournalWriter implements Disposable {
  readonly #file: Deno.FsFile;

  /** Opens the journal at `path`, which must exist. */
  constructor(path: string, check: EntryCheck = BY_KIND) {
    this.#file = opened(path, { append: true }, check);
  }

  /** Appends an event, whole. */
  append(event: JournalEvent): void {
    const bytes = encodeEvent(event);
    if (bytes.length > MOST_LINE_BYTES) throw tooLong(event.event);
    if (this.#file.writeSync(bytes) === bytes.length) return;
    // The next event begins a line of its own, so the cut one does no harm.
    throw diskFull();
  }

  /** Releases the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** Reads a journal that grows: every process reads the same events in order. */
export class JournalReader implements Disposable {
  /** What its first line says. */
  readonly format: JournalFormat;
  readonly #file: Deno.FsFile;
  readonly #buffer = new Uint8Array(READ_SIZE);
  /** A byte order mark is kept: at the start of a line it makes no event. */
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  /** Bytes of a line whose end has not been read yet. */
  #rest: Uint8Array<ArrayBuffer>[] = [];
  #restLength = 0;
  /** Whether that line is too long, and its bytes are not kept. */
  #isTooLong = false;

  /** Opens the journal at `path`, which must exist. */
  constructor(path: string, check: EntryCheck = BY_KIND) {
    this.#file = opened(path, { read: true }, check);
    const line = readFirstLine(this.#file);
    const text = new TextDecoder().decode(line);
    this.format = readFormat(text, this.#file.statSync());
    // A journal of version 0.2 begins with an event.
    const start = this.format.type === "foreign" ? 0 : line.length;
    this.#file.seekSync(start, Deno.SeekMode.Start);
  }

  /** Tells whether `path` still names this journal, and not one of a later run. */
  isAt(path: string): boolean {
    const present = lstatIfPresent(path);
    const own = this.#file.statSync();
    return present?.ino === own.ino && present.dev === own.dev;
  }

  /**
   * Reads the events that any process has appended since the last call;
   * `undefined` stands for a line that is none.
   */
  *read(): Generator<JournalEvent | undefined> {
    let count: number | null;
    while ((count = this.#file.readSync(this.#buffer)) !== null) {
      yield* this.#eventsIn(this.#buffer.subarray(0, count));
      if (count < this.#buffer.length) return;
    }
  }

  /** Takes the complete lines of what has been read, and keeps the rest. */
  *#eventsIn(
    chunk: Uint8Array<ArrayBuffer>,
  ): Generator<JournalEvent | undefined> {
    const first = chunk.indexOf(LINE_FEED);
    if (first < 0) return this.#keep(chunk);
    // All members agree on that, in whatever pieces they read the line.
    const isPassedOver = this.#isTooLong ||
      this.#restLength + first > MOST_LINE_BYTES;
    const end = chunk.lastIndexOf(LINE_FEED) + 1;
    const complete = isPassedOver
      ? chunk.subarray(first + 1, end)
      : joined(this.#rest, chunk.subarray(0, end));
    const lines = this.#decoder.decode(complete).split("\n");
    this.#forget();
    this.#isTooLong = false;
    this.#keep(chunk.subarray(end));
    if (isPassedOver) yield undefined;
    yield* decodeEvents(lines);
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

function opened(
  path: string,
  options: { read?: true; append?: true },
  check: EntryCheck,
): Deno.FsFile {
  const file = openTrusted(path, options, check);
  if (file) return file;
  throw new Deno.errors.NotFound(`Cannot find the journal "${path}"`);
}

/** Returns the first line of a file, empty when it is too long for a format. */
function readFirstLine(file: Deno.FsFile): Uint8Array {
  const buffer = new Uint8Array(MOST_FIRST_LINE_BYTES);
  const count = file.readSync(buffer) ?? 0;
  const end = buffer.subarray(0, count).indexOf(LINE_FEED);
  return buffer.subarray(0, Math.max(0, end));
}

function tooLong(what: JournalEvent["event"]): Error {
  return new CapioError(
    "INVALID_CONFIGURATION",
    `Cannot tell the other members of "${what}": an event must have at most ${MOST_LINE_BYTES} bytes. Use a smaller CAPIO-CL configuration, for instance with globs`,
  );
}

function diskFull(): Error {
  return new Deno.errors.WriteZero(
    "Cannot append to the workflow's journal: the disk is full",
  );
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
