import { abortable, delay } from "@std/async";
import type { NatsConnected } from "../../nats/mod.ts";
import {
  type ByteAnswer,
  decodeAnswer,
  encodeRequest,
  MOST_BYTES,
} from "./wire/mod.ts";

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
/** How long an answer may take, in ms: a home waits for bytes for 2 s. */
const ANSWER_MILLISECONDS = 6000;
/** Pause before something is asked again, in ms. */
const PAUSE_MILLISECONDS = 250;

/** A part of a file that was asked for. */
interface Part {
  readonly offset: number;
  readonly answer: Promise<ByteAnswer | undefined>;
}

/**
 * Asks the home of a file for its bytes until all of them are here. What is not
 * answered is asked again.
 *
 * @throws The reason of the signal when it aborts.
 */
export async function fetchBytes(
  connected: NatsConnected,
  file: FetchedFile,
  signal: AbortSignal,
): Promise<FetchEnd> {
  let { size } = file;
  let asked = size;
  let window = 1;
  const parts: Part[] = [];
  for (;;) {
    signal.throwIfAborted();
    const whole = file.wholeSize();
    if (whole !== undefined && size >= whole) return { type: "whole" };
    while (parts.length < window) {
      if (whole !== undefined && asked >= whole) break;
      parts.push(ask(connected, file, asked));
      asked += MOST_BYTES;
    }
    const part = parts.shift();
    const answer = part && await abortable(part.answer, signal);
    if (answer?.type === "gone") return answer;
    const bytes = answer?.type === "bytes" ? answer.bytes : undefined;
    if (bytes) {
      file.write(bytes);
      size += bytes.length;
    }
    if (bytes?.length === MOST_BYTES) {
      window = WINDOW;
      continue;
    }
    // What was asked for beyond does not follow: the file grows at this place.
    parts.length = 0;
    asked = size;
    window = 1;
    if (!answer) await delay(PAUSE_MILLISECONDS, { signal });
    else if (!bytes && file.wholeSize() !== undefined) {
      // It is known to be longer, and the home may not see that yet.
      await delay(PAUSE_MILLISECONDS, { signal });
    }
  }
}

function ask(
  { connection }: NatsConnected,
  { number, subject }: FetchedFile,
  offset: number,
): Part {
  const request = encodeRequest({ file: number, offset, most: MOST_BYTES });
  const answer = connection
    .request(subject, request, { timeout: ANSWER_MILLISECONDS })
    .then(
      ({ data }: { data: Uint8Array }) => decodeAnswer(data),
      () => undefined,
    );
  return { offset, answer };
}
