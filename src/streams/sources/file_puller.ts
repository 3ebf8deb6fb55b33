import { nextTurn, shortTurn } from "../../internal/mod.ts";
import type { BytePuller } from "./byte_puller.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Most bytes of one synchronous read while the file is not known to be fast. */
const CAREFUL_READ_BYTES = 262_144;
/** Most bytes of one synchronous read when the last ones were fast. */
const FAST_READ_BYTES = 1_048_576;
/** Size of the one buffer that is read ahead while reads are slow. */
const AHEAD_BYTES = 1_048_576;
/** Reads ahead before the file gets another chance to be fast. */
const AHEAD_READS = 32;
/** A slow read counts as many fast ones: two that are close are no accident. */
const SLOW_READ_WEIGHT = 8;
/** Longest time without a turn of the event loop. */
const TURN_MILLISECONDS = 20;
/** Of so many turns, one waits for a millisecond. */
const TURNS_A_WAIT = 5;

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
  readonly #file: Deno.FsFile;
  readonly #slowMilliseconds: number;
  #regular: boolean | undefined;
  /**
   * How slow the last reads were: `SLOW_READ_WEIGHT` for each, and fading. A
   * file that is not known yet is under suspicion.
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
    return this.#mayBlock(performance.now());
  }

  pull(into: Uint8Array): number | Promise<number> {
    this.#regular ??= this.#file.statSync().isFile;
    if (!this.#regular) return this.#read(into);
    const now = performance.now();
    if (this.#mayBlock(now)) return this.#readSync(into, now);
    return turnIsDue(now) ? this.#pullAfterTurn(into) : this.#pullAhead(into);
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
    return this.#ahead !== undefined || this.#aheadReads > 0;
  }

  #mayBlock(now: number): boolean {
    return this.#regular === true && !this.#readsAhead && !turnIsDue(now);
  }

  #readSync(into: Uint8Array, start: number): number {
    const most = this.#slowness > 0 ? CAREFUL_READ_BYTES : FAST_READ_BYTES;
    const count = this.#file.readSync(into.subarray(0, most)) ?? 0;
    this.#noteTime(performance.now() - start);
    this.#unread -= count;
    return count;
  }

  /** One slow read may be the doing of a busy processor, not of the file. */
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
    // Whoever pulls next gets the error, or nobody when nobody does.
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
 * When the event loop had its last turn, and how many it had without a rest:
 * one loop, many files. Reads that stay in this thread leave timers and
 * sockets no turn, and those in another one that end at once hardly do.
 */
let lastTurn = performance.now();
let turns = 0;

function turnIsDue(now: number): boolean {
  return now - lastTurn > TURN_MILLISECONDS;
}

/** Lets timers run, and now and then sockets: that takes a real wait. */
async function giveTurn(): Promise<void> {
  const rested =
    performance.now() - lastTurn > TURNS_A_WAIT * TURN_MILLISECONDS;
  turns = rested ? 1 : turns + 1;
  await (turns % TURNS_A_WAIT === 0 ? nextTurn() : shortTurn());
  lastTurn = performance.now();
}
