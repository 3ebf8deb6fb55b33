import {
  asError,
  type GroupedMessage,
  type LineItem,
  LinesError,
  StopIteration,
} from "../buffer/mod.ts";
import { messageOf } from "./message_of.ts";
import { isLineOpenAfter, MirrorLines } from "./mirror_lines.ts";
import { MirrorPosts } from "./mirror_posts.ts";
import type { MirrorTransport } from "./mirror_transport.ts";
import { PostDelivery } from "./post_delivery.ts";

/** Most characters by which a mirror's `writable` runs ahead of its buffer. */
const HIGH_WATER_CHARS = 1024 * 1024;

/**
 * The way of a text from a mirror to its buffer:
 *
 * ```text
 * writable ──► lines ──► posts ──pipeTo──► delivery ──► transport
 * ```
 *
 * Everything that a mirror can do is one of the steps below, so that the order
 * of what is written through the stream and through methods is one order.
 */
export class MirrorPipeline {
  /** The entrance: see {@linkcode LineMirror.writable}. */
  readonly writable: WritableStream<string>;
  readonly #transport: MirrorTransport;
  readonly #lines: MirrorLines;
  readonly #posts: MirrorPosts;
  readonly #delivery: PostDelivery;
  readonly #finished: Promise<void>;
  /** The text that was sent ends inside a line. */
  #isLineOpen = false;
  #closing: Promise<void> | undefined;

  /**
   * @param transport Brings posts to the buffer.
   * @param aggressive Sends unfinished lines too.
   */
  constructor(transport: MirrorTransport, aggressive: boolean) {
    this.#transport = transport;
    this.#lines = new MirrorLines(aggressive);
    this.#posts = new MirrorPosts(() => {
      // All that was sent after the failed post has failed, too.
      this.#isLineOpen = this.#delivery.isLineOpen;
    });
    this.#delivery = new PostDelivery(transport, this.#posts);
    this.#finished = this.#posts.readable.pipeTo(this.#delivery.writable);
    this.writable = this.#createWritable();
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** Whether what was sent last has failed, which its writer was told. */
  get hasFailed(): boolean {
    return this.#posts.hasFailed;
  }

  /** The text that waits for the end of its line. */
  get unsent(): string {
    return this.#lines.unsent;
  }

  /** Writes a text; nothing is returned when all of it waits for more. */
  write(text: string): Promise<void> | undefined {
    this.assertOpen();
    const ready = this.#lines.take(text);
    return ready === "" ? undefined : this.#send(ready);
  }

  /** As {@linkcode write}, and sends an unfinished line too. */
  flush(text = ""): Promise<void> | undefined {
    this.assertOpen();
    const ready = this.#lines.take(text) + this.#lines.takeUnsent();
    return ready === "" ? undefined : this.#send(ready);
  }

  /** Forgets the text that waits. */
  clear(): void {
    this.assertOpen();
    this.#lines.takeUnsent();
  }

  /** Completes the line that was begun, if there is one. */
  endLine(): void {
    this.assertOpen();
    this.#endLine();
  }

  /** Completes the line that was begun, and tells that the writer is done. */
  end(): Promise<void> {
    this.assertOpen();
    return this.#end();
  }

  /** Completes the line that was begun, and stores a message. */
  message(message: GroupedMessage): Promise<void> {
    this.assertOpen();
    return this.#message(message);
  }

  /** Resolves when all that was sent was accepted, rejects if it was not. */
  idle(): Promise<void> {
    return this.#posts.idle();
  }

  /** Asks the buffer whether the mirror should stop. */
  async checkStates(signal: AbortSignal | undefined): Promise<void> {
    this.assertOpen();
    await this.#transport.checkStates(signal);
  }

  /**
   * Sends what waits, then the end signal or a message in its place, and
   * releases the transport. Only the first call does anything.
   *
   * @param signal Releases the transport at once, and fails what is under way.
   */
  close(message?: GroupedMessage, signal?: AbortSignal): Promise<void> {
    return this.#closing ??= this.#close(message, signal);
  }

  assertOpen(): void {
    if (this.#closing === undefined) return;
    throw new LinesError("CLOSED", "Cannot use a line mirror once closed");
  }

  #createWritable(): WritableStream<string> {
    let watched: Promise<void> | undefined;
    return new WritableStream<string>({
      write: (text, controller) => {
        const accepted = this.write(text);
        // Texts of one post share the promise.
        if (accepted !== undefined && accepted !== watched) {
          accepted.catch((error) => controller.error(error));
          watched = accepted;
        }
        return this.#posts.drained(HIGH_WATER_CHARS);
      },
      close: () => this.close(),
      abort: (reason) => this.close(messageOf(asError(reason), "error")),
    });
  }

  #send(text: string): Promise<void> {
    this.#isLineOpen = isLineOpenAfter(text);
    return this.#posts.text(text);
  }

  #endLine(): void {
    const unsent = this.#lines.takeUnsent();
    if (unsent !== "" || this.#isLineOpen) this.#send(unsent + "\n");
  }

  #end(): Promise<void> {
    this.#endLine();
    return this.#posts.post({ type: "close" });
  }

  #message(message: GroupedMessage): Promise<void> {
    this.#endLine();
    return this.#posts.post({ type: "message", message });
  }

  async #close(
    message: GroupedMessage | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const knewToStop = this.#delivery.isAskedToStop;
    const giveUp = () => this.#transport.close(signal?.reason);
    signal?.addEventListener("abort", giveUp);
    if (signal?.aborted) giveUp();
    try {
      await (message === undefined ? this.#end() : this.#message(message));
    } catch (failure) {
      // A mirror that was asked to stop has done so, unless its writer was not
      // told and the end of a line goes with it.
      const isOver = failure instanceof StopIteration &&
        (knewToStop || !failure.undelivered.some(isText));
      if (!isOver) throw failure;
    } finally {
      signal?.removeEventListener("abort", giveUp);
      this.#posts.close();
      await this.#finished;
    }
  }
}

function isText(item: LineItem): item is string {
  return typeof item === "string";
}
