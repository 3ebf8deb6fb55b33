import { ifPresent, system } from "../platform/mod.ts";
import type { JournalEvent } from "./event.ts";
import { decodeEvents, encodeEvent } from "./event_codec.ts";

const READ_SIZE = 256 * 1024;
const LINE_FEED = 10;

/**
 * The end of a workflow's journal at which events are added: one JSON event a
 * line, in one write each, so that the lines of many processes never mix.
 *
 * Appending and reading are synchronous on purpose. Both go to the page cache
 * and take one to two microseconds, a twentieth of a hop to another thread.
 */
export class JournalWriter implements Disposable {
  readonly #file: Deno.FsFile;

  /** Opens the journal at `path`, creating it when it is not there. */
  constructor(path: string) {
    this.#file = system.openSync(path, { append: true, create: true });
  }

  /** Appends an event, whole. */
  append(event: JournalEvent): void {
    const bytes = encodeEvent(event);
    if (this.#file.writeSync(bytes) === bytes.length) return;
    // The next event begins a line of its own, so the cut one does no harm.
    throw new Deno.errors.WriteZero(
      "Cannot append to the workflow's journal: the disk is full",
    );
  }

  /** Releases the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** Reads a journal that grows: every process reads the same events in order. */
export class JournalReader implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #buffer = new Uint8Array(READ_SIZE);
  /** A byte order mark is kept: at the start of a line it makes no event. */
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  /** Bytes of a line whose end has not been read yet. */
  #rest = new Uint8Array(0);

  /** Opens the journal at `path`, which must exist. */
  constructor(path: string) {
    this.#file = system.openSync(path, { read: true });
  }

  /** Tells whether `path` still names this journal, and not one of a later run. */
  isAt(path: string): boolean {
    const present = ifPresent(() => system.statSync(path));
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
      const lines = this.#takeLines(this.#buffer.subarray(0, count));
      yield* decodeEvents(lines);
      if (count < this.#buffer.length) return;
    }
  }

  /** Takes the complete lines of what has been read, and keeps the rest. */
  #takeLines(chunk: Uint8Array<ArrayBuffer>): string[] {
    const end = chunk.lastIndexOf(LINE_FEED) + 1;
    if (end === 0) {
      this.#rest = joined(this.#rest, chunk).slice();
      return [];
    }
    const complete = joined(this.#rest, chunk.subarray(0, end));
    this.#rest = chunk.slice(end);
    return this.#decoder.decode(complete).split("\n");
  }

  /** Releases the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

function joined(
  head: Uint8Array<ArrayBuffer>,
  tail: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  if (head.length === 0) return tail;
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}
