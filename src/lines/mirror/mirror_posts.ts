import { LinesError, StopIteration } from "../buffer/mod.ts";
import { PostBatch, type SinglePost } from "./post_batch.ts";

/**
 * Most characters of one post. Six bytes each, which is what JSON may need,
 * make less than the 1 MiB that a host takes.
 */
export const MOST_POST_CHARS: number = 128 * 1024;

/**
 * The posts stage of a mirror: collects texts, messages and end signals, in
 * order, and gives them to the reader of `readable` as batches. What comes
 * while one batch is under way is collected for the next.
 */
export class MirrorPosts {
  /** The batches. A reader asks for the next when the last one is settled. */
  readonly readable: ReadableStream<PostBatch>;
  readonly #failed: () => void;
  readonly #drained: { readonly below: number; resolve(): void }[] = [];
  #source: ReadableStreamDefaultController<PostBatch> | undefined;
  #waiting: PostBatch[] = [];
  /** The batch that was begun last, until all are settled. */
  #last: PostBatch | undefined;
  #outstandingChars = 0;
  /** The reader has nothing to do: what comes goes to it at once. */
  #isReaderIdle = true;
  #isClosed = false;
  #hasFailed = false;

  /** @param failed Called when batches fail, before their writers know. */
  constructor(failed: () => void) {
    this.#failed = failed;
    this.readable = new ReadableStream<PostBatch>({
      start: (controller) => {
        this.#source = controller;
      },
      pull: () => {
        this.#isReaderIdle = true;
        this.#handOver();
      },
    }, { highWaterMark: 0 });
  }

  /** Whether the batch that was settled last has failed. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Adds a text to the next post; resolves when the buffer accepted it. */
  text(text: string): Promise<void> {
    let batch = this.#waiting.at(-1);
    if (
      batch === undefined || batch.post !== undefined ||
      batch.chars + text.length > MOST_POST_CHARS
    ) {
      batch = this.#begin(new PostBatch());
    }
    batch.add(text);
    this.#outstandingChars += text.length;
    this.#handOver();
    return batch.accepted;
  }

  /** As {@linkcode text}, for what goes as a post of its own. */
  post(post: SinglePost): Promise<void> {
    const batch = this.#begin(new PostBatch(post));
    this.#handOver();
    return batch.accepted;
  }

  /** Resolves when all that was added was accepted, rejects if it was not. */
  idle(): Promise<void> {
    return this.#last?.accepted ?? Promise.resolve();
  }

  /**
   * Resolves when fewer than `below` characters wait to be accepted; nothing
   * when that is so already.
   */
  drained(below: number): Promise<void> | undefined {
    if (this.#outstandingChars < below) return undefined;
    return new Promise((resolve) => this.#drained.push({ below, resolve }));
  }

  /** Ends `readable` after what waits. */
  close(): void {
    this.#isClosed = true;
    this.#handOver();
  }

  /** Notes that the buffer accepted so many characters of a batch. */
  acceptChars(chars: number): void {
    this.#outstandingChars -= chars;
    this.#notifyDrained();
  }

  /** Settles a batch that the buffer accepted. */
  accept(batch: PostBatch): void {
    if (batch === this.#last) this.#last = undefined;
    this.#hasFailed = false;
    batch.accept();
  }

  /** Fails a batch, and all that were to follow it. */
  fail(batch: PostBatch, error: unknown): void {
    const batches = [batch, ...this.#waiting];
    const failure = withUndelivered(error, batches);
    this.#waiting = [];
    this.#last = undefined;
    this.#outstandingChars = 0;
    this.#hasFailed = true;
    this.#failed();
    for (const failed of batches) failed.reject(failure);
    this.#notifyDrained();
  }

  #begin(batch: PostBatch): PostBatch {
    this.#waiting.push(batch);
    this.#last = batch;
    return batch;
  }

  #handOver(): void {
    if (!this.#isReaderIdle) return;
    const batch = this.#waiting.shift();
    if (batch !== undefined) {
      this.#isReaderIdle = false;
      this.#source?.enqueue(batch);
    } else if (this.#isClosed) {
      this.#isReaderIdle = false;
      this.#source?.close();
    }
  }

  #notifyDrained(): void {
    for (const waiter of this.#drained.splice(0)) {
      if (this.#outstandingChars < waiter.below) waiter.resolve();
      else this.#drained.push(waiter);
    }
  }
}

function withUndelivered(
  error: unknown,
  batches: readonly PostBatch[],
): unknown {
  const undelivered = batches.flatMap((batch) => batch.items);
  if (error instanceof StopIteration) return new StopIteration({ undelivered });
  if (!(error instanceof LinesError)) return error;
  const { message, code, status, cause } = error;
  return new LinesError(code, message, { status, cause, undelivered });
}
