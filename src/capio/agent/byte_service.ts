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
/** Pauses between two looks at a file that grows, in ms. */
const PAUSE = { shortest: 1, longest: 16 } as const;
/** The most bytes of answers that have not left yet. */
const MOST_UNSENT = 16 * 1024 * 1024;

/** Answers what other machines ask of the bytes of files of this one. */
export class ByteService implements AsyncDisposable {
  readonly #connected: NatsConnected;
  readonly #find: FindServed;
  readonly #subscription;
  readonly #running = new Set<Promise<void>>();
  readonly #over = new AbortController();
  #unsent = 0;
  #flushing: Promise<void> | undefined;

  constructor(connected: NatsConnected, subject: string, find: FindServed) {
    this.#connected = connected;
    this.#find = find;
    this.#subscription = connected.connection.subscribe(subject, {
      callback: (error: unknown, message: Request) => {
        if (error) return;
        const request = decodeRequest(message.data);
        if (!request) return;
        const answering = this.#answer(message, request)
          .catch(() => {})
          .finally(() => this.#running.delete(answering));
        this.#running.add(answering);
      },
    });
  }

  /** Ends the waits, and answers nothing more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    this.#subscription.unsubscribe();
    await Promise.all(this.#running);
  }

  async #answer(message: Request, request: ByteRequest): Promise<void> {
    const { file: number, offset, most } = request;
    const answer = newAnswer(most);
    const end = steadyClock() + WAIT_MILLISECONDS;
    let pause: number = PAUSE.shortest;
    for (;;) {
      const file = this.#find(number);
      if ("why" in file) {
        message.respond(encodeAnswer({ type: "gone", why: file.why }));
        return;
      }
      // Before the read, so that it sees all that was written before the end.
      const isGrowing = file.isGrowing();
      const count = file.readAt(answer.subarray(1), offset);
      if (count > 0) return await this.#send(message, answer, count);
      const isOver = !isGrowing || steadyClock() > end ||
        this.#over.signal.aborted;
      if (isOver) {
        message.respond(encodeAnswer({ type: "nothing" }));
        return;
      }
      await sleep(pause);
      pause = Math.min(2 * pause, PAUSE.longest);
    }
  }

  async #send(
    message: Request,
    answer: Uint8Array,
    count: number,
  ): Promise<void> {
    message.respond(answer.subarray(0, 1 + count));
    this.#unsent += count;
    if (this.#unsent < MOST_UNSENT) return;
    this.#flushing ??= this.#connected.connection.flush().finally(() => {
      this.#unsent = 0;
      this.#flushing = undefined;
    });
    await this.#flushing;
  }
}

interface Request {
  readonly data: Uint8Array;
  respond(bytes: Uint8Array): boolean;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
