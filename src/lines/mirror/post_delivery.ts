import {
  lengthOfWholeCharacters,
  LinesError,
  StopIteration,
} from "../buffer/mod.ts";
import type { MirrorPost } from "../protocol/mod.ts";
import { isLineOpenAfter } from "./mirror_lines.ts";
import { type MirrorPosts, MOST_POST_CHARS } from "./mirror_posts.ts";
import type { MirrorTransport } from "./mirror_transport.ts";
import type { PostBatch } from "./post_batch.ts";

/**
 * The last stage of a mirror: brings batches to the buffer, one post at a time.
 * A batch that fails does not end the stream: its writers get the error, and
 * the next batch is tried.
 */
export class PostDelivery {
  /** Takes batches; closing it closes the transport. */
  readonly writable: WritableStream<PostBatch>;
  readonly #transport: MirrorTransport;
  readonly #posts: MirrorPosts;
  #mostPostChars = MOST_POST_CHARS;
  #isLineOpen = false;
  #isAskedToStop = false;

  constructor(transport: MirrorTransport, posts: MirrorPosts) {
    this.#transport = transport;
    this.#posts = posts;
    this.writable = new WritableStream<PostBatch>({
      write: (batch) => this.#process(batch),
      close: () => transport.close(),
    });
  }

  /** Whether the text that the buffer accepted ends inside a line. */
  get isLineOpen(): boolean {
    return this.#isLineOpen;
  }

  /** Whether the buffer refused the last post because it should stop. */
  get isAskedToStop(): boolean {
    return this.#isAskedToStop;
  }

  async #process(batch: PostBatch): Promise<void> {
    try {
      if (batch.post === undefined) await this.#deliverTexts(batch);
      else await this.#deliver(batch.post);
    } catch (error) {
      return this.#posts.fail(batch, error);
    }
    this.#posts.accept(batch);
  }

  /** Brings the texts of a batch, in several posts if they are too long. */
  async #deliverTexts(batch: PostBatch): Promise<void> {
    let rest = batch.text;
    while (rest !== "") {
      const limit = this.#mostPostChars;
      const text = rest.slice(0, lengthOfWholeCharacters(rest, limit) || limit);
      try {
        await this.#deliver({ type: "str", text });
      } catch (error) {
        batch.keepOnly(rest);
        if (!this.#shrink(error, text.length)) throw error;
        continue;
      }
      rest = rest.slice(text.length);
      this.#posts.acceptChars(text.length);
    }
  }

  async #deliver(post: MirrorPost): Promise<void> {
    try {
      await this.#transport.deliver(post);
    } catch (error) {
      if (error instanceof StopIteration) this.#isAskedToStop = true;
      throw error;
    }
    this.#isAskedToStop = false;
    this.#isLineOpen = post.type === "str" && isLineOpenAfter(post.text);
  }

  /** Goes on with smaller posts where the host found one too large. */
  #shrink(error: unknown, length: number): boolean {
    const isTooLarge = error instanceof LinesError && error.status === 413;
    if (!isTooLarge || length <= 2) return false;
    this.#mostPostChars = Math.ceil(length / 2);
    return true;
  }
}
