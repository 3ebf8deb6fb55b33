import { delay } from "@std/async";
import type { NatsConnected } from "../../../nats/mod.ts";
import { steadyClock } from "../../platform/mod.ts";
import {
  type ByteAnswer,
  decodeAnswer,
  encodeRequest,
  MOST_BYTES,
} from "../wire/mod.ts";

/** A file of another machine as its bytes are asked for. */
export interface FetchedFile {
  /** The number of the file at its home. */
  readonly number: number;
  /** The subject of requests to its home. */
  readonly subject: string;
  /** How much of it is here. */
  readonly size: number;
  /** The size of the committed file; `undefined` as long as it is not known. */
  wholeSize(): number | undefined;
  /** Takes the bytes that follow. */
  write(bytes: Uint8Array): void;
}

/** How asking for a file ended. */
export type FetchEnd =
  | { readonly type: "whole" }
  | { readonly type: "gone"; readonly why: string };

/** The most requests under way for one file. */
const WINDOW = 16;
/** The bytes of all files that may be under way ahead of what is written. */
const MOST_UNDER_WAY = 16 * 1024 * 1024;
/** The bytes that a file may ask for while others use all of these. */
const LEAST_BYTES = 16 * 1024;
/** Hardly more than the transport reads at once. */
const READ_BYTES = 64 * 1024;
/** How long an answer may take, in ms: a home waits for bytes for 2 s. */
const ANSWER_MILLISECONDS = 5000;
/** A home that has nothing answers earlier only if it expects no more, in ms. */
const EARLY_MILLISECONDS = 1000;
/** Pauses before something is asked again, in ms. */
const PAUSE = { shortest: 2, longest: 250 } as const;

/** A request under way. */
interface Question {
  /** Resolves to `undefined` without an answer. */
  readonly answer: Promise<ByteAnswer | undefined>;
  /** Resolves when nothing of it can arrive any more. */
  readonly settled: Promise<void>;
  /** Resolves the answer to `undefined`. */
  giveUp(): void;
}

/** A part of a file that is asked for, and asked further for until it is full. */
interface Part {
  /** Where it ends in the file. */
  readonly end: number;
  /** The bytes that it takes of those under way. */
  readonly leased: number;
  question: Question;
}

/**
 * Asks other machines for the bytes of their files. Memory is bounded for all of
 * the files together: those that ask for more wait, and each of them gets ahead.
 */
export class ByteClient {
  readonly #connected: NatsConnected;
  /** Gives up each request under way. */
  readonly #underWay = new Set<() => void>();
  #free = MOST_UNDER_WAY;

  /** Asks over a connection, until that is closed. */
  constructor(connected: NatsConnected) {
    this.#connected = connected;
    void this.#followConnection();
  }

  /**
   * Asks the home of a file for its bytes, in order, until all of them are here.
   * What is not answered is asked again.
   *
   * @throws The reason of the signal when it aborts, and what `write` throws.
   */
  async fetch(file: FetchedFile, signal: AbortSignal): Promise<FetchEnd> {
    const parts: Part[] = [];
    const drop = () => {
      for (const part of parts.splice(0)) this.#drop(part);
    };
    const giveUp = () => {
      for (const { question } of parts) question.giveUp();
    };
    signal.addEventListener("abort", giveUp);
    try {
      let { size } = file;
      let window = 1;
      let pause: number = PAUSE.shortest;
      for (;;) {
        signal.throwIfAborted();
        const whole = file.wholeSize() ?? Infinity;
        if (size >= whole) return { type: "whole" };
        this.#askAhead(file, parts, { size, whole, window });
        const [head] = parts;
        const begin = steadyClock();
        const answer = await head.question.answer;
        signal.throwIfAborted();
        const bytes = answer?.type === "bytes" ? answer.bytes : undefined;
        if (answer?.type === "gone") return answer;
        if (!bytes || bytes.length === 0 || size + bytes.length > head.end) {
          // The end of the file, or of the connection: one request feels for more.
          drop();
          window = 1;
          if (!answer || bytes) pause = PAUSE.longest;
          else if (steadyClock() - begin > EARLY_MILLISECONDS) continue;
          await delay(pause, { signal });
          pause = Math.min(2 * pause, PAUSE.longest);
          continue;
        }
        file.write(bytes);
        size += bytes.length;
        release(bytes);
        pause = PAUSE.shortest;
        if (size < head.end) {
          window = 1;
          // What was asked for behind it stays asked for.
          head.question = this.#ask(file, size, head.end - size);
        } else {
          window = WINDOW;
          parts.shift();
          this.#free += head.leased;
        }
      }
    } finally {
      signal.removeEventListener("abort", giveUp);
      drop();
    }
  }

  #askAhead(
    file: FetchedFile,
    parts: Part[],
    { size, whole, window }: { size: number; whole: number; window: number },
  ): void {
    while (parts.length < window) {
      const offset = parts.at(-1)?.end ?? size;
      const isLeased = this.#free >= MOST_BYTES;
      const isNeeded = offset < whole && (isLeased || parts.length === 0);
      if (!isNeeded) return;
      const leased = isLeased ? MOST_BYTES : 0;
      this.#free -= leased;
      const end = Math.min(offset + (leased || LEAST_BYTES), whole);
      const question = this.#ask(file, offset, end - offset);
      parts.push({ end, leased, question });
    }
  }

  #drop({ question, leased }: Part): void {
    question.giveUp();
    void question.settled.then(() => this.#free += leased);
  }

  #ask(file: FetchedFile, offset: number, most: number): Question {
    const { promise: answer, resolve } = Promise.withResolvers<
      ByteAnswer | undefined
    >();
    const giveUp = () => resolve(undefined);
    this.#underWay.add(giveUp);
    const request = encodeRequest({ file: file.number, offset, most });
    const settled = this.#connected.connection
      .request(file.subject, request, { timeout: ANSWER_MILLISECONDS })
      .then(({ data }: { data: Uint8Array }) => resolve(decodeAnswer(data)))
      .catch(giveUp)
      .finally(() => this.#underWay.delete(giveUp));
    return { answer, settled, giveUp };
  }

  /** Gives up what gets no answer, since the connection was lost. */
  async #followConnection(): Promise<void> {
    for await (const { type } of this.#connected.connection.status()) {
      // Until it is back, requests are dropped.
      if (type !== "disconnect" && type !== "reconnect") continue;
      for (const giveUp of [...this.#underWay]) giveUp();
    }
  }
}

/**
 * Gives the memory of an answer back that the library has put together from
 * several reads, and so has its own. The collector of garbage would let hundreds
 * of them live.
 */
function release({ buffer, length }: Uint8Array): void {
  if (length > READ_BYTES && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
