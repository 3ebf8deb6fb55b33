import { checkBoolean, checkString } from "../../internal/mod.ts";
import {
  GroupedMessage,
  isPairOpenAt,
  lengthOfWholeLines,
  LineIO,
  type LineItem,
  LinesError,
  StopIteration,
} from "../buffer/mod.ts";
import { MirrorQueue } from "./mirror_queue.ts";
import type { MirrorPost } from "../protocol/mod.ts";
import { enterRedirect, redirect } from "../capture/mod.ts";

/** Most characters of an unfinished line that wait for its end. */
const MOST_UNSENT_CHARS = 65_536;

/** How far a mirror's `writable` runs ahead of its buffer, in characters. */
const HIGH_WATER_CHARS = 1024 * 1024;

/** Brings what a mirror writes to its buffer. */
export interface MirrorTransport {
  /**
   * Brings one post, and is not called again before it is settled.
   *
   * @returns Resolves when the buffer has it.
   */
  deliver(post: MirrorPost): Promise<void>;
  /** Rejects with {@linkcode StopIteration} if the mirror should stop. */
  checkStates(): Promise<void>;
  /** Releases what it holds. */
  close(): void;
}

/** Options for every mirror. */
export interface LineMirrorOptions {
  /**
   * Whether each write is sent at once, instead of when it completes a line.
   *
   * @default {false}
   */
  aggressive?: boolean;
}

/** A scope in which what the program prints goes to a mirror. */
export interface MirrorScope extends Disposable, AsyncDisposable {}

/**
 * The writing end of a line buffer that is elsewhere: what
 * {@linkcode LineHostMirror} and {@linkcode LineProcMirror} have in common.
 *
 * One mirror may be written to from many places at the same time: each write
 * stays in one piece, and their order is kept.
 */
export abstract class LineMirror extends LineIO {
  /** Whether each write is sent at once. */
  readonly aggressive: boolean;
  readonly #transport: MirrorTransport;
  readonly #queue: MirrorQueue;
  #writable: WritableStream<string> | undefined;
  #closing: Promise<void> | undefined;
  /** Text that waits for the end of its line. */
  #unsent = "";
  /** What was sent ends inside a line. */
  #isSentLineOpen = false;
  /** What the buffer accepted ends inside a line. */
  #isDeliveredLineOpen = false;
  #isAskedToStop = false;
  /** The last text ended in `\r`: a `\n` that comes first belongs to it. */
  #afterReturn = false;

  /**
   * Sends nothing yet.
   *
   * @param transport Brings what is written to the buffer.
   * @param options When to send.
   */
  constructor(transport: MirrorTransport, options: LineMirrorOptions = {}) {
    super();
    const { aggressive = false } = options;
    checkBoolean("aggressive", aggressive);
    this.aggressive = aggressive;
    this.#transport = transport;
    this.#queue = new MirrorQueue((post) => this.#deliver(post));
  }

  /** Whether the mirror is closed. */
  override get closed(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * A stream that writes what it gets. It holds back its producer when the
   * buffer lags; closing it closes the mirror, aborting it with an error
   * closes the mirror with that error.
   */
  get writable(): WritableStream<string> {
    return this.#writable ??= this.#createWritable();
  }

  /**
   * Writes a text. Whole lines are sent; the rest waits for the end of its
   * line, unless the mirror is aggressive.
   *
   * @param text Any number of lines, partial ones too.
   * @returns Resolves to the number of characters (UTF-16 code units) taken,
   * which is all of them, when the buffer accepted what was sent.
   * @throws {StopIteration} If the buffer asks its mirrors to stop.
   * @throws {LinesError} If the mirror is closed, or the text could not be
   * delivered, which then is on the error.
   */
  async write(text: string): Promise<number> {
    this.#assertOpen();
    const ready = this.#take(text);
    if (ready !== "") await this.#send(ready);
    return text.length;
  }

  /**
   * The text that waits for the end of its line.
   *
   * @param size Return only its last `size` characters.
   * @returns The text; empty when the mirror is aggressive.
   * @throws {LinesError} If the mirror is closed.
   */
  read(size: number = this.#unsent.length): string {
    this.#assertOpen();
    if (this.aggressive || size <= 0) return "";
    return this.#unsent.slice(-size);
  }

  /** Completes the line that was begun; does nothing when there is none. */
  async newLine(): Promise<void> {
    this.#assertOpen();
    this.#endLine();
    await this.#queue.idle();
  }

  /** Sends what waits, an unfinished line too, until the buffer has it all. */
  async flush(): Promise<void> {
    this.#assertOpen();
    if (this.#unsent !== "") this.#send(this.#takeUnsent()).catch(() => {});
    await this.#queue.idle();
  }

  /** Forgets the text that waits for the end of its line. */
  clear(): void {
    this.#assertOpen();
    this.#unsent = "";
  }

  /**
   * Sends a text at once, after the text that waits for the end of its line.
   *
   * @param text Any number of lines, partial ones too.
   */
  async sendData(text: string): Promise<void> {
    this.#assertOpen();
    const ready = this.#take(text);
    const all = ready + this.#takeUnsent();
    if (all !== "") await this.#send(all);
  }

  /** Tells the buffer that one writer is done; the mirror can still be used. */
  async sendEof(): Promise<void> {
    this.#assertOpen();
    await this.#sendEof();
  }

  /**
   * Stores an error as one item, after the end of the current line.
   *
   * @param error The error, or its lines.
   */
  async sendError(error: Error | string | GroupedMessage): Promise<void> {
    this.#assertOpen();
    await this.#sendMessage(error, "error");
  }

  /**
   * Stores a warning as one item, after the end of the current line.
   *
   * @param warning The warning, or its lines.
   */
  async sendWarning(warning: Error | string | GroupedMessage): Promise<void> {
    this.#assertOpen();
    await this.#sendMessage(warning, "warning");
  }

  /**
   * Asks the buffer whether the mirror should stop.
   *
   * @throws {StopIteration} If so.
   */
  async checkStates(): Promise<void> {
    this.#assertOpen();
    await this.#transport.checkStates();
  }

  /**
   * Sends what waits and the end signal, or an error in its place, and releases
   * the connection. Only the first call does anything.
   *
   * @param error What ended the writer before its time.
   * @throws {StopIteration} If the buffer asks its mirrors to stop, which no
   * write was told yet, and does not take the rest of a line any more.
   */
  close(error?: Error): Promise<void> {
    return this.#closing ??= this.#close(error);
  }

  /** Closes the mirror. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * Runs a function whose prints go to the mirror: `console.*` and what is
   * written to `Deno.stdout` and `Deno.stderr`, also after an `await` or in a
   * timer that it starts. Other code prints as before. An error that it throws
   * is sent, and thrown.
   *
   * A print throws {@linkcode StopIteration} when the buffer has asked its
   * mirrors to stop, or the error of an earlier print that was not delivered.
   *
   * @param fn The function.
   * @returns What the function returned, once all it printed was accepted.
   */
  async run<T>(fn: () => T | Promise<T>): Promise<T> {
    this.#assertOpen();
    try {
      const result = await redirect({ stdout: this, stderr: this }, fn);
      if (!this.closed) await this.newLine();
      return result;
    } catch (error) {
      // Its own failure to reach the buffer is no news for the buffer.
      if (!(error instanceof LinesError) && !this.closed) {
        // What the caller must learn is the error of the function.
        await this.sendError(asError(error)).catch(() => {});
      }
      throw error;
    }
  }

  /**
   * As {@linkcode run}, for the rest of the block: `await using _ =
   * mirror.enter()`. Where the block ends, all it printed was accepted.
   *
   * In an asynchronous function, the caller's code that runs before the
   * function's first `await` is over is inside too; `run` has no such edge.
   *
   * @returns The scope.
   */
  enter(): MirrorScope {
    this.#assertOpen();
    const scope = enterRedirect({ stdout: this, stderr: this });
    const leave = () => scope[Symbol.dispose]();
    return {
      [Symbol.dispose]: leave,
      [Symbol.asyncDispose]: async () => {
        leave();
        await scope.settled();
        if (!this.closed) await this.newLine();
      },
    };
  }

  /** Takes a text, and gives back what of it goes now. */
  #take(text: string): string {
    checkString("text", text);
    const all = this.#unsent + this.#normalize(text);
    const length = this.#lengthToSend(all);
    this.#unsent = all.slice(length);
    return all.slice(0, length);
  }

  /**
   * Whoever gets `\r` at the end of one text and `\n` at the start of the next
   * may take them for two breaks, so a final `\r` travels as `\n`.
   */
  #normalize(text: string): string {
    if (text === "") return text;
    const belongsToReturn = this.#afterReturn && text.startsWith("\n");
    this.#afterReturn = text.endsWith("\r");
    const start = belongsToReturn ? 1 : 0;
    return this.#afterReturn ? text.slice(start, -1) + "\n" : text.slice(start);
  }

  #lengthToSend(text: string): number {
    // Half a character is none: its other half comes with the next write.
    const whole = isPairOpenAt(text, text.length)
      ? text.length - 1
      : text.length;
    if (this.aggressive) return whole;
    const length = lengthOfWholeLines(text);
    return text.length - length > MOST_UNSENT_CHARS ? whole : length;
  }

  #takeUnsent(): string {
    const text = this.#unsent;
    this.#unsent = "";
    return text;
  }

  #send(text: string): Promise<void> {
    this.#isSentLineOpen = isLineOpenAfter(text);
    const sent = this.#queue.text(text);
    // All that was sent after it has failed, too.
    sent.catch(() => this.#isSentLineOpen = this.#isDeliveredLineOpen);
    return sent;
  }

  async #deliver(post: MirrorPost): Promise<void> {
    try {
      await this.#transport.deliver(post);
    } catch (error) {
      if (error instanceof StopIteration) this.#isAskedToStop = true;
      throw error;
    }
    this.#isAskedToStop = false;
    this.#isDeliveredLineOpen = post.type === "str" &&
      isLineOpenAfter(post.text);
  }

  #endLine(): void {
    if (this.#unsent === "" && !this.#isSentLineOpen) return;
    this.#send(this.#takeUnsent() + "\n").catch(() => {});
  }

  async #sendEof(): Promise<void> {
    this.#endLine();
    await this.#queue.post({ type: "close" });
  }

  async #sendMessage(
    source: Error | string | GroupedMessage,
    type: "error" | "warning",
  ): Promise<void> {
    const message = source instanceof GroupedMessage
      ? source
      : new GroupedMessage(source, type);
    this.#endLine();
    await this.#queue.post({ type: "message", message });
  }

  async #close(error: Error | undefined): Promise<void> {
    const knewToStop = this.#isAskedToStop;
    try {
      if (error === undefined) await this.#sendEof();
      else await this.#sendMessage(error, "error");
    } catch (failure) {
      // A mirror that was asked to stop has done so, unless nobody was told
      // and the end of a line goes with it.
      const isOver = failure instanceof StopIteration &&
        (knewToStop || !failure.undelivered.some(isText));
      if (!isOver) throw failure;
    } finally {
      this.#transport.close();
    }
  }

  #createWritable(): WritableStream<string> {
    return new WritableStream<string>({
      write: async (text, controller) => {
        this.write(text).catch((error) => controller.error(error));
        await this.#queue.drained(HIGH_WATER_CHARS);
      },
      close: () => this.close(),
      abort: (reason) => this.close(asError(reason)),
    });
  }

  #assertOpen(): void {
    if (!this.closed) return;
    throw new LinesError("CLOSED", "Cannot use a line mirror once closed");
  }
}

function isLineOpenAfter(text: string): boolean {
  return lengthOfWholeLines(text) < text.length;
}

function isText(item: LineItem): item is string {
  return typeof item === "string";
}

function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}
