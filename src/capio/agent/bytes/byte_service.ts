import type { NatsConnected } from "../../../nats/mod.ts";
import { steadyClock } from "../../platform/mod.ts";
import {
  type ByteRequest,
  decodeRequest,
  encodeAnswer,
  newAnswer,
} from "../wire/mod.ts";

/** A file of this machine that others read. */
export interface ServedFile {
  /** Reads bytes at an offset, and returns how many there are. */
  readAt(bytes: Uint8Array, offset: number): number;
  /** Whether more bytes may come. */
  isGrowing(): boolean;
}

/** Returns a file by its number, or why it cannot be had. */
export type FindServed = (
  file: number,
) => ServedFile | { readonly why: string };

/** How long a request waits for more bytes, in ms. */
const WAIT_MILLISECONDS = 2000;
/**
 * Pauses between two looks at a file that grows, in ms. They grow with the time
 * that a request has waited, and up to the longest where many requests wait.
 */
const PAUSE = { short: 1, long: 4, longest: 32 } as const;
/** The part of the time since the request that a pause takes. */
const PAUSE_PART = 1 / 8;
/** The requests that wait with the long pause; more of them pause longer. */
const FEW_WAITS = 32;
/** The most bytes of answers that the server has not taken yet. */
const MOST_UNSENT = 16 * 1024 * 1024;
/** So many bytes are waited for together. */
const FLUSHED_BYTES = 4 * 1024 * 1024;
/** Bytes that a look at a file reads: a longer answer is made when it is due. */
const LOOK_BYTES = 4096;

interface Question {
  readonly data: Uint8Array;
  respond(bytes: Uint8Array): boolean;
}

/** Answers what other machines ask of the bytes of files of this one. */
export class ByteService implements AsyncDisposable {
  readonly #connected: NatsConnected;
  readonly #find: FindServed;
  readonly #subscription;
  readonly #running = new Set<Promise<void>>();
  readonly #look = new Uint8Array(LOOK_BYTES);
  #isOver = false;
  #waits = 0;
  /** The bytes of answers that the server has not taken yet. */
  #unsent = 0;
  /** Those of them that are not being waited for. */
  #unflushed = 0;
  #flushing: Promise<void> | undefined;

  /** Answers requests of a subject, until it is disposed. */
  constructor(connected: NatsConnected, subject: string, find: FindServed) {
    this.#connected = connected;
    this.#find = find;
    this.#subscription = connected.connection.subscribe(subject, {
      callback: (error: unknown, question: Question) => {
        if (error) return;
        const request = decodeRequest(question.data);
        if (!request) return;
        const answering = this.#answer(question, request)
          // It is asked again.
          .catch(() => {})
          .finally(() => this.#running.delete(answering));
        this.#running.add(answering);
      },
    });
  }

  /** Ends the waits, and answers nothing more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#subscription.unsubscribe();
    await Promise.all(this.#running);
  }

  async #answer(question: Question, request: ByteRequest): Promise<void> {
    const begin = steadyClock();
    for (;;) {
      while (this.#unsent >= MOST_UNSENT) await this.#flush();
      const file = this.#find(request.file);
      if ("why" in file) {
        question.respond(encodeAnswer({ type: "gone", why: file.why }));
        return;
      }
      // Before the read, so that it sees all that was written before the end.
      const isGrowing = file.isGrowing();
      const answer = this.#read(file, request);
      if (answer) return this.#send(question, answer);
      const waited = steadyClock() - begin;
      if (!isGrowing || this.#isOver || waited >= WAIT_MILLISECONDS) {
        question.respond(encodeAnswer({ type: "nothing" }));
        return;
      }
      this.#waits++;
      await sleep(this.#pause(waited));
      this.#waits--;
    }
  }

  /** Returns an answer with bytes; `undefined` if there are none. */
  #read(
    file: ServedFile,
    { offset, most }: ByteRequest,
  ): Uint8Array | undefined {
    const look = this.#look.subarray(0, most);
    const seen = file.readAt(look, offset);
    if (seen === 0) return undefined;
    const answer = newAnswer(seen === LOOK_BYTES ? most : seen);
    const bytes = answer.subarray(1);
    bytes.set(look.subarray(0, seen));
    const more = bytes.subarray(seen);
    const count = more.length === 0 ? 0 : file.readAt(more, offset + seen);
    return answer.subarray(0, 1 + seen + count);
  }

  #send(question: Question, answer: Uint8Array): void {
    question.respond(answer);
    this.#unsent += answer.length;
    this.#unflushed += answer.length;
    if (this.#unflushed >= FLUSHED_BYTES) void this.#flush();
  }

  /** Waits until the server has taken what was sent, or the connection is lost. */
  #flush(): Promise<void> {
    if (this.#flushing) return this.#flushing;
    const bytes = this.#unflushed;
    this.#unflushed = 0;
    return this.#flushing = this.#connected.connection.flush()
      .catch(() => {})
      .finally(() => {
        this.#flushing = undefined;
        this.#unsent -= bytes;
      });
  }

  #pause(waited: number): number {
    const few = Math.min(
      Math.max(waited * PAUSE_PART, PAUSE.short),
      PAUSE.long,
    );
    const factor = Math.max(this.#waits / FEW_WAITS, 1);
    return Math.min(few * factor, PAUSE.longest);
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
