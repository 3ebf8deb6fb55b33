import type { NatsConnected } from "../../nats/mod.ts";
import { steadyClock } from "../platform/mod.ts";
import {
  type ByteRequest,
  decodeRequest,
  encodeAnswer,
  newAnswer,
} from "./wire/mod.ts";

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
 * Pauses between two looks at a file that grows, in ms. They grow from the first
 * to the second, and up to the third where many requests wait.
 */
const PAUSE = { first: 1, long: 4, longest: 32 } as const;
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
    const end = steadyClock() + WAIT_MILLISECONDS;
    let pause: number = PAUSE.first;
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
      if (!isGrowing || this.#isOver || steadyClock() >= end) {
        question.respond(encodeAnswer({ type: "nothing" }));
        return;
      }
      this.#waits++;
      await sleep(pause);
      this.#waits--;
      pause = Math.min(2 * pause, this.#longestPause());
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

  #longestPause(): number {
    const pause = PAUSE.long * this.#waits / FEW_WAITS;
    return Math.min(Math.max(pause, PAUSE.long), PAUSE.longest);
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
