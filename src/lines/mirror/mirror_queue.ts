import {
  lengthOfWholeCharacters,
  type LineItem,
  LinesError,
  StopIteration,
} from "../buffer/mod.ts";
import type { MirrorPost } from "../protocol/mod.ts";

/**
 * Most characters of one post. Six bytes each, which is what JSON may need,
 * make less than the 1 MiB that a host takes.
 */
const MOST_POST_CHARS = 128 * 1024;

/** What goes to the buffer as one post, or as several if it is too long. */
interface Batch {
  /** Texts in order, or one message or end. */
  texts: string[];
  chars: number;
  readonly post: Exclude<MirrorPost, { type: "str" }> | undefined;
  readonly done: PromiseWithResolvers<void>;
}

/**
 * Delivers what a mirror writes, in order, one post at a time. What comes while
 * a post is under way is collected and goes as the next one.
 */
export class MirrorQueue {
  readonly #deliver: (post: MirrorPost) => Promise<void>;
  readonly #waiting: Batch[] = [];
  readonly #drained: { readonly below: number; resolve(): void }[] = [];
  #mostPostChars = MOST_POST_CHARS;
  #outstandingChars = 0;
  #last: Promise<void> = Promise.resolve();
  #isPumping = false;

  constructor(deliver: (post: MirrorPost) => Promise<void>) {
    this.#deliver = deliver;
  }

  /** Resolves when the text was accepted, rejects when it was not. */
  text(text: string): Promise<void> {
    const last = this.#waiting.at(-1);
    const fits = last !== undefined && last.post === undefined &&
      last.chars + text.length <= this.#mostPostChars;
    const batch = fits ? last : this.#enqueue(undefined);
    batch.texts.push(text);
    batch.chars += text.length;
    this.#outstandingChars += text.length;
    if (!this.#isPumping) this.#pump();
    return batch.done.promise;
  }

  /** As {@linkcode text}, for what goes as a post of its own. */
  post(post: Exclude<MirrorPost, { type: "str" }>): Promise<void> {
    const { done } = this.#enqueue(post);
    if (!this.#isPumping) this.#pump();
    return done.promise;
  }

  /** Resolves when all that waits was accepted, rejects if it was not. */
  idle(): Promise<void> {
    return this.#isPumping ? this.#last : Promise.resolve();
  }

  /** Resolves when fewer than so many characters wait to be accepted. */
  async drained(below: number): Promise<void> {
    if (this.#outstandingChars < below) return;
    await new Promise<void>((resolve) =>
      this.#drained.push({ below, resolve })
    );
  }

  #enqueue(post: Batch["post"]): Batch {
    const done = Promise.withResolvers<void>();
    // Whoever waits for it gets the error; no one may be waiting.
    done.promise.catch(() => {});
    const batch = { texts: [], chars: 0, post, done };
    this.#waiting.push(batch);
    this.#last = done.promise;
    return batch;
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    for (let batch; (batch = this.#waiting.shift());) {
      try {
        await this.#deliverBatch(batch);
        batch.done.resolve();
      } catch (error) {
        this.#fail(error, [batch, ...this.#waiting.splice(0)]);
      }
      this.#notifyDrained();
    }
    this.#isPumping = false;
  }

  async #deliverBatch(batch: Batch): Promise<void> {
    if (batch.post !== undefined) return await this.#deliver(batch.post);
    let rest = batch.texts.join("");
    while (rest !== "") {
      const limit = this.#mostPostChars;
      const text = rest.slice(0, lengthOfWholeCharacters(rest, limit) || limit);
      try {
        await this.#deliver({ type: "str", text });
      } catch (error) {
        batch.texts = [rest];
        if (!this.#shrink(error, text.length)) throw error;
        continue;
      }
      rest = rest.slice(text.length);
      this.#outstandingChars -= text.length;
    }
  }

  /** Goes on with smaller posts where the host found one too large. */
  #shrink(error: unknown, length: number): boolean {
    const isTooLarge = error instanceof LinesError && error.status === 413;
    if (!isTooLarge || length <= 2) return false;
    this.#mostPostChars = Math.ceil(length / 2);
    return true;
  }

  #fail(error: unknown, batches: readonly Batch[]): void {
    const failure = withUndelivered(error, batches.flatMap(itemsOf));
    this.#outstandingChars = 0;
    for (const { done } of batches) done.reject(failure);
  }

  #notifyDrained(): void {
    for (const waiter of this.#drained.splice(0)) {
      if (this.#outstandingChars < waiter.below) waiter.resolve();
      else this.#drained.push(waiter);
    }
  }
}

function itemsOf({ texts, post }: Batch): LineItem[] {
  if (post?.type === "message") return [post.message];
  return post === undefined ? [texts.join("")] : [];
}

function withUndelivered(
  error: unknown,
  undelivered: readonly LineItem[],
): unknown {
  if (error instanceof StopIteration) return new StopIteration({ undelivered });
  if (!(error instanceof LinesError)) return error;
  const { message, code, status, cause } = error;
  return new LinesError(code, message, { status, cause, undelivered });
}
