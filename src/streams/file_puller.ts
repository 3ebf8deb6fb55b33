import type { BytePuller } from "./byte_source.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Most bytes of one synchronous read: what stays in a processor's cache. */
const SYNC_READ_BYTES = 262_144;
/** Size of the one buffer that is read ahead while reads are slow. */
const AHEAD_BYTES = 1_048_576;
/** Fast reads in a row that end the reading ahead. */
const FAST_READS = 16;
/** Longest time without a turn of the event loop. */
const TURN_MILLISECONDS = 10;

/** How a {@linkcode FilePuller} reads. */
export interface FilePullerOptions {
  /** Most bytes that will ever be pulled: nothing is read ahead past them. */
  readonly maxBytes?: number;
  /** A read that takes longer comes from something slower than memory. */
  readonly slowMilliseconds?: number;
}

/**
 * Pulls from a file: synchronously while its data is in the page cache, where
 * the hop to another thread would cost more than the read, and with one
 * buffer read ahead asynchronously while it is not, so that a slow disk never
 * blocks the event loop for longer than one small read. What is no regular
 * file (a pipe, a terminal) is only read asynchronously, and never ahead.
 */
export class FilePuller implements BytePuller {
  /** When the event loop surely had its last turn: one loop, many files. */
  static #lastTurn = performance.now();

  readonly #file: Deno.FsFile;
  readonly #slowMilliseconds: number;
  #regular: boolean | undefined;
  /** Fast reads that are still missing before the next synchronous one. */
  #missingFastReads = 0;
  /** Bytes that no read has asked for yet. */
  #unread: number;
  /** Bytes read ahead and not pulled yet. */
  #ahead: Promise<Bytes> | undefined;

  constructor(
    file: Deno.FsFile,
    { maxBytes = Infinity, slowMilliseconds = 1 }: FilePullerOptions = {},
  ) {
    this.#file = file;
    this.#unread = maxBytes;
    this.#slowMilliseconds = slowMilliseconds;
  }

  get ready(): boolean {
    if (!this.#regular || this.#readsAhead) return false;
    // Reads that never leave this thread would starve timers and sockets.
    return performance.now() - FilePuller.#lastTurn <= TURN_MILLISECONDS;
  }

  pull(into: Uint8Array): number | Promise<number> {
    this.#regular ??= this.#file.statSync().isFile;
    if (this.ready) return this.#readSync(into);
    const ahead = this.#regular && this.#readsAhead;
    return ahead ? this.#pullAhead(into) : this.#read(into);
  }

  /** Puts the file back to where its reader has come. */
  async cancel(): Promise<void> {
    const reading = this.#ahead;
    this.#ahead = undefined;
    const ahead = await reading?.catch(() => undefined);
    if (!ahead?.length) return;
    await this.#file.seek(-ahead.length, Deno.SeekMode.Current);
  }

  get #readsAhead(): boolean {
    return this.#ahead !== undefined || this.#missingFastReads > 0;
  }

  #readSync(into: Uint8Array): number {
    const start = performance.now();
    const count = this.#file.readSync(into.subarray(0, SYNC_READ_BYTES)) ?? 0;
    this.#noteTime(performance.now() - start);
    this.#unread -= count;
    return count;
  }

  async #read(into: Uint8Array): Promise<number> {
    const start = performance.now();
    const count = await this.#file.read(into) ?? 0;
    FilePuller.#lastTurn = performance.now();
    this.#noteTime(FilePuller.#lastTurn - start);
    this.#unread -= count;
    return count;
  }

  #noteTime(milliseconds: number): void {
    if (milliseconds > this.#slowMilliseconds) {
      this.#missingFastReads = FAST_READS;
    } else if (this.#missingFastReads > 0) this.#missingFastReads--;
  }

  async #pullAhead(into: Uint8Array): Promise<number> {
    const ahead = await (this.#ahead ?? this.#readAhead());
    const part = ahead.subarray(0, into.length);
    into.set(part);
    const rest = ahead.subarray(part.length);
    if (rest.length > 0) this.#ahead = Promise.resolve(rest);
    else this.#goOnAhead(ahead);
    return part.length;
  }

  #goOnAhead(used: Bytes): void {
    this.#ahead = undefined;
    const atEnd = used.length === 0 || this.#unread === 0;
    if (atEnd || this.#missingFastReads === 0) return;
    this.#ahead = this.#readAhead(used.buffer);
    // Whoever pulls next gets the error, or nobody when nobody does.
    this.#ahead.catch(() => {});
  }

  async #readAhead(buffer = new ArrayBuffer(AHEAD_BYTES)): Promise<Bytes> {
    const length = Math.min(buffer.byteLength, this.#unread);
    const count = await this.#read(new Uint8Array(buffer, 0, length));
    return new Uint8Array(buffer, 0, count);
  }
}
