import { nextTurn, shortTurn } from "../../internal/mod.ts";
import type { BytePuller } from "./byte_puller.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Most bytes of one synchronous read until the file is known to be fast. */
const CAREFUL_READ_BYTES = 262_144;
/** Most bytes of one synchronous read when the last ones were fast. */
const FAST_READ_BYTES = 1_048_576;
/** Size of the one buffer that is read ahead while reads are slow. */
const AHEAD_BYTES = 1_048_576;
/** Reads ahead before synchronous reads are tried again. */
const AHEAD_READS = 32;
/** One slow read outweighs so many fast ones: two close together are no accident. */
const SLOW_READ_WEIGHT = 8;
/** Longest time between two turns of the event loop. */
const TURN_MILLISECONDS = 20;
/** One of so many turns is a long one, in which sockets are served. */
const TURNS_A_WAIT = 5;

/** Options for {@linkcode FilePuller}. */
export interface FilePullerOptions {
  /**
   * Most bytes that will ever be pulled: nothing is read ahead past them.
   *
   * @default {Infinity}
   */
  readonly maxBytes?: number;
  /**
   * Milliseconds: a read that takes longer comes from something slower than
   * memory.
   *
   * @default {1}
   */
  readonly slowMilliseconds?: number;
}

/**
 * Pulls from a file.
 *
 * While the data is in the page cache it reads synchronously: the hop to another
 * thread would cost more than the read. While it is not, it reads one buffer
 * ahead asynchronously, so that a slow disk never blocks the event loop for
 * longer than one small read. Pipes and terminals are only read asynchronously,
 * and never ahead.
 */
export class FilePuller implements BytePuller {
  readonly #file: Deno.FsFile;
  readonly #slowMilliseconds: number;
  #regular: boolean | undefined;
  /**
   * How slow the last reads were: each slow one adds `SLOW_READ_WEIGHT`, each
   * fast one takes 1 away. A new file counts as slow once.
   */
  #slowness = SLOW_READ_WEIGHT;
  /** Reads ahead that are left before the next synchronous one. */
  #aheadReads = 0;
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
    return this.#mayReadSync(performance.now());
  }

  pull(into: Uint8Array): number | Promise<number> {
    this.#regular ??= this.#file.statSync().isFile;
    if (!this.#regular) return this.#read(into);
    const now = performance.now();
    if (this.#mayReadSync(now)) return this.#readSync(into, now);
    return turnIsDue(now) ? this.#pullAfterTurn(into) : this.#pullAhead(into);
  }

  /** Moves the file back to where its reader has come. */
  async cancel(): Promise<void> {
    const reading = this.#ahead;
    this.#ahead = undefined;
    const ahead = await reading?.catch(() => undefined);
    if (!ahead?.length) return;
    await this.#file.seek(-ahead.length, Deno.SeekMode.Current);
  }

  get #readsAhead(): boolean {
    return this.#ahead !== undefined || this.#aheadReads > 0;
  }

  #mayReadSync(now: number): boolean {
    return this.#regular === true && !this.#readsAhead && !turnIsDue(now);
  }

  #readSync(into: Uint8Array, start: number): number {
    const most = this.#slowness > 0 ? CAREFUL_READ_BYTES : FAST_READ_BYTES;
    const count = this.#file.readSync(into.subarray(0, most)) ?? 0;
    this.#noteTime(performance.now() - start);
    this.#unread -= count;
    return count;
  }

  /** One slow read alone may come from a busy processor, not from the file. */
  #noteTime(milliseconds: number): void {
    if (milliseconds <= this.#slowMilliseconds) {
      if (this.#slowness > 0) this.#slowness--;
      return;
    }
    this.#slowness += SLOW_READ_WEIGHT;
    if (this.#slowness <= SLOW_READ_WEIGHT) return;
    this.#slowness = SLOW_READ_WEIGHT;
    this.#aheadReads = AHEAD_READS;
  }

  async #pullAfterTurn(into: Uint8Array): Promise<number> {
    await giveTurn();
    return await this.pull(into);
  }

  async #read(into: Uint8Array): Promise<number> {
    const count = await this.#file.read(into) ?? 0;
    this.#unread -= count;
    return count;
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
    if (atEnd || this.#aheadReads === 0) return;
    this.#ahead = this.#readAhead(used.buffer);
    // The next pull gets the error; without one it is of no interest.
    this.#ahead.catch(() => {});
  }

  async #readAhead(buffer = new ArrayBuffer(AHEAD_BYTES)): Promise<Bytes> {
    this.#aheadReads--;
    const length = Math.min(buffer.byteLength, this.#unread);
    const count = await this.#read(new Uint8Array(buffer, 0, length));
    return new Uint8Array(buffer, 0, count);
  }
}

/**
 * When the event loop had its last turn, and how many short turns it had since
 * a long one. All files share the loop. Synchronous reads leave timers and
 * sockets no turn, and asynchronous ones that end at once hardly do.
 */
let lastTurn = performance.now();
let turns = 0;

function turnIsDue(now: number): boolean {
  return now - lastTurn > TURN_MILLISECONDS;
}

/** Lets timers run, and now and then sockets, which takes a longer wait. */
async function giveTurn(): Promise<void> {
  const rested =
    performance.now() - lastTurn > TURNS_A_WAIT * TURN_MILLISECONDS;
  turns = rested ? 1 : turns + 1;
  await (turns % TURNS_A_WAIT === 0 ? nextTurn() : shortTurn());
  lastTurn = performance.now();
}
