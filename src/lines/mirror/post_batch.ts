import type { LineItem } from "../buffer/mod.ts";
import type { MirrorPost } from "../protocol/mod.ts";

/** A post that is not a text, and so is delivered alone. */
export type SinglePost = Exclude<MirrorPost, { type: "str" }>;

/**
 * What goes to the buffer next: texts that were written while the post before
 * it was under way, or one message or end signal.
 */
export class PostBatch {
  /** The message or end signal, if it is not a batch of texts. */
  readonly post: SinglePost | undefined;
  /** The number of characters of its texts. */
  chars = 0;
  readonly #accepted = Promise.withResolvers<void>();
  #texts: string[] = [];

  constructor(post?: SinglePost) {
    this.post = post;
    // The error goes to the writers; a batch without any must not end the program.
    this.#accepted.promise.catch(() => {});
  }

  /** Resolves when the buffer accepted it, rejects when it did not. */
  get accepted(): Promise<void> {
    return this.#accepted.promise;
  }

  /** Its texts as one. */
  get text(): string {
    return this.#texts.join("");
  }

  /** The items that an error shows as undelivered. */
  get items(): LineItem[] {
    if (this.post === undefined) return [this.text];
    return this.post.type === "message" ? [this.post.message] : [];
  }

  add(text: string): void {
    this.#texts.push(text);
    this.chars += text.length;
  }

  /** Keeps the rest of its texts, once the buffer has the part before it. */
  keepOnly(rest: string): void {
    this.#texts = [rest];
    this.chars = rest.length;
  }

  accept(): void {
    this.#accepted.resolve();
  }

  reject(error: unknown): void {
    this.#accepted.reject(error);
  }
}
