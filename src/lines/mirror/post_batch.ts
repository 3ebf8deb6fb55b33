import type { LineItem } from "../buffer/mod.ts";
import type { MirrorPost } from "../protocol/mod.ts";

/** A post that is not a text, and so travels alone. */
export type SinglePost = Exclude<MirrorPost, { type: "str" }>;

/**
 * What goes to the buffer next: texts that were written while the post before
 * it was under way, or one message or end signal.
 */
export class PostBatch {
  /** The message or end signal, if it is not a batch of texts. */
  readonly post: SinglePost | undefined;
  /** How many characters its texts have together. */
  chars = 0;
  readonly #accepted = Promise.withResolvers<void>();
  #texts: string[] = [];

  constructor(post?: SinglePost) {
    this.post = post;
    // Its writers get the error, and a batch may have none that waits.
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

  /** What an error says was not delivered. */
  get items(): LineItem[] {
    if (this.post === undefined) return [this.text];
    return this.post.type === "message" ? [this.post.message] : [];
  }

  add(text: string): void {
    this.#texts.push(text);
    this.chars += text.length;
  }

  /** Leaves `rest` of its texts: the buffer has what came before it. */
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
