import {
  checkBoolean,
  checkInteger,
  checkSignal,
  checkString,
} from "../../internal/mod.ts";
import {
  asError,
  type GroupedMessage,
  LineIO,
  LinesError,
  signalOf,
  untilAborted,
  type WaitOptions,
} from "../buffer/mod.ts";
import { enterRedirect, redirect } from "../capture/mod.ts";
import { messageOf } from "./message_of.ts";
import { NamedLines } from "./named_lines.ts";
import { MirrorPipeline } from "./mirror_pipeline.ts";
import type { MirrorTransport } from "./mirror_transport.ts";

/** Time for what is left after a failure, in milliseconds. */
const LAST_MILLISECONDS = 1_000;

/** Options for every mirror. */
export interface LineMirrorOptions {
  /**
   * Sends each write at once, instead of when it completes a line.
   *
   * @default {false}
   */
  aggressive?: boolean;
}

/** Options for {@linkcode LineMirror.enter}. */
export interface MirrorScopeOptions {
  /**
   * Lets the prints through: they also go where they would go without the
   * mirror.
   *
   * @default {false}
   */
  tee?: boolean;
  /**
   * Name of the writer, which is put before each line, as in `NAME: line`. Only
   * whole lines are sent then, so that those of several writers do not mix.
   *
   * @default {no name}
   */
  name?: string;
}

/** Options for {@linkcode LineMirror.run}. */
export interface MirrorRunOptions extends MirrorScopeOptions, WaitOptions {}

/** A scope in which the prints of the program go to a mirror. */
export interface MirrorScope extends Disposable, AsyncDisposable {}

/**
 * The writing end of a line buffer that is elsewhere: the common part of
 * {@linkcode LineHostMirror} and {@linkcode LineProcMirror}.
 *
 * One mirror may be written to from many places at the same time, through
 * `writable` and through methods: each write stays in one piece, and their
 * order is kept.
 *
 * @example Code for any mirror
 * ```ts
 * import { LineHostMirror, type LineMirror } from "@sluice/sluice/lines";
 *
 * async function watched(mirror: LineMirror): Promise<void> {
 *   await mirror.run(() => console.log("seen elsewhere"), { tee: true });
 * }
 *
 * await using mirror = new LineHostMirror("http://localhost:5000/sync-stream");
 * await watched(mirror);
 * ```
 */
export abstract class LineMirror extends LineIO {
  /** Whether each write is sent at once. */
  readonly aggressive: boolean;
  readonly #pipeline: MirrorPipeline;

  /**
   * Sends nothing yet.
   *
   * @ignore Only the mirrors of this module are built on a transport.
   */
  constructor(transport: MirrorTransport, options: LineMirrorOptions = {}) {
    super();
    const { aggressive = false } = options;
    checkBoolean("aggressive", aggressive);
    this.aggressive = aggressive;
    this.#pipeline = new MirrorPipeline(transport, aggressive);
  }

  /** Whether the mirror is closed. */
  override get closed(): boolean {
    return this.#pipeline.closed;
  }

  /**
   * A stream that writes its texts. It holds back its producer when the
   * buffer lags; closing it closes the mirror, aborting it with an error
   * closes the mirror with that error.
   */
  get writable(): WritableStream<string> {
    return this.#pipeline.writable;
  }

  /**
   * Writes a text. Whole lines are sent; the rest waits for the end of its
   * line, unless the mirror is aggressive. Texts of writes that are not awaited
   * are kept in memory, without a limit; `writable` has one.
   *
   * @param text Any number of lines, partial ones too.
   * @param options Signal that ends the wait.
   * @returns Resolves to the number of characters (UTF-16 code units) taken,
   * which is all of them, when the buffer accepted what was sent.
   * @throws {StopIteration} If the buffer asks its mirrors to stop.
   * @throws {LinesError} If the mirror is closed, or the text could not be
   * delivered, which then is on the error.
   */
  async write(text: string, options: WaitOptions = {}): Promise<number> {
    checkString("text", text);
    const signal = signalOf(options);
    const accepted = this.#pipeline.write(text);
    if (accepted !== undefined) await untilAborted(accepted, signal);
    return text.length;
  }

  /**
   * The text that waits for the end of its line.
   *
   * @param size Return only its last `size` characters.
   * @returns The text; empty when the mirror is aggressive.
   * @throws {RangeError} If the size is not an integer.
   * @throws {LinesError} If the mirror is closed.
   */
  read(size?: number): string {
    this.#pipeline.assertOpen();
    if (size !== undefined) checkInteger("size", size);
    const { unsent } = this.#pipeline;
    if (this.aggressive || size !== undefined && size <= 0) return "";
    return size === undefined ? unsent : unsent.slice(-size);
  }

  /**
   * Completes the line that was begun; does nothing when there is none.
   *
   * @param options Signal that ends the wait.
   */
  async newLine(options: WaitOptions = {}): Promise<void> {
    const signal = signalOf(options);
    this.#pipeline.endLine();
    await untilAborted(this.#pipeline.idle(), signal);
  }

  /**
   * Sends what waits, an unfinished line too, until the buffer has it all.
   *
   * @param options Signal that ends the wait.
   */
  async flush(options: WaitOptions = {}): Promise<void> {
    const signal = signalOf(options);
    this.#pipeline.flush();
    await untilAborted(this.#pipeline.idle(), signal);
  }

  /** Forgets the text that waits for the end of its line. */
  clear(): void {
    this.#pipeline.clear();
  }

  /**
   * Sends a text at once, after the text that waits for the end of its line.
   *
   * @param text Any number of lines, partial ones too.
   * @param options Signal that ends the wait.
   */
  async sendData(text: string, options: WaitOptions = {}): Promise<void> {
    checkString("text", text);
    const signal = signalOf(options);
    const accepted = this.#pipeline.flush(text);
    if (accepted !== undefined) await untilAborted(accepted, signal);
  }

  /**
   * Tells the buffer that one writer is done; the mirror can still be used.
   *
   * @param options Signal that ends the wait.
   */
  async sendEof(options: WaitOptions = {}): Promise<void> {
    const signal = signalOf(options);
    await untilAborted(this.#pipeline.end(), signal);
  }

  /**
   * Stores an error as one item, after the end of the current line.
   *
   * @param error The error, or its lines.
   * @param options Signal that ends the wait.
   */
  async sendError(
    error: Error | string | GroupedMessage,
    options: WaitOptions = {},
  ): Promise<void> {
    const signal = signalOf(options);
    const accepted = this.#pipeline.message(messageOf(error, "error"));
    await untilAborted(accepted, signal);
  }

  /**
   * Stores a warning as one item, after the end of the current line.
   *
   * @param warning The warning, or its lines.
   * @param options Signal that ends the wait.
   */
  async sendWarning(
    warning: Error | string | GroupedMessage,
    options: WaitOptions = {},
  ): Promise<void> {
    const signal = signalOf(options);
    const accepted = this.#pipeline.message(messageOf(warning, "warning"));
    await untilAborted(accepted, signal);
  }

  /**
   * Asks the buffer whether the mirror should stop.
   *
   * @param options Signal that ends the wait.
   * @throws {StopIteration} If so.
   */
  async checkStates(options: WaitOptions = {}): Promise<void> {
    await this.#pipeline.checkStates(signalOf(options));
  }

  /**
   * Sends what waits and the end signal, or an error in its place, and releases
   * the connection. Only the first call does anything.
   *
   * @param error The error that ended the writer before its time.
   * @param options Signal that releases the connection at once: the call then
   * rejects with a {@linkcode LinesError} that has what was not delivered.
   * @throws {StopIteration} If the buffer asks its mirrors to stop, no write
   * has failed for that reason yet, and the rest of a line is refused.
   */
  async close(error?: Error, options: WaitOptions = {}): Promise<void> {
    const { signal } = options;
    checkSignal("signal", signal);
    const message = error === undefined ? undefined : messageOf(error, "error");
    await this.#pipeline.close(message, signal);
  }

  /**
   * Closes the mirror. When the last text that was sent has failed, its writer
   * was told so: then the buffer has a moment left to take the rest, and another
   * failure is not thrown. It would hide the first one in a `SuppressedError`.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#pipeline.hasFailed) return await this.close();
    const signal = AbortSignal.timeout(LAST_MILLISECONDS);
    await this.close(undefined, { signal }).catch(() => {});
  }

  /**
   * Runs a function whose prints go to the mirror: `console.*` and writes to
   * `Deno.stdout` and `Deno.stderr`, also after an `await` or in a timer that it
   * starts. Other code prints as before. An error that it throws
   * is sent, and thrown.
   *
   * A print throws {@linkcode StopIteration} when the buffer has asked its
   * mirrors to stop, or the error of an earlier print that was not delivered.
   *
   * @example Several writers, whose prints are seen here, too
   * ```ts
   * import { LineHostMirror } from "@sluice/sluice/lines";
   *
   * await using mirror = new LineHostMirror("http://localhost:5000/sync-stream");
   * await Promise.all(["north", "south"].map((name) =>
   *   mirror.run(() => console.log("measured"), { name, tee: true })
   * ));
   * ```
   *
   * @param fn The function, which the signal does not end.
   * @param options Where else the prints go, the name of their writer, and a
   * signal that ends the wait for the buffer.
   * @returns The result of the function, once all it printed was accepted.
   * @throws {TypeError} If an option is of the wrong type.
   * @throws {RangeError} If the name is empty, or has a line break.
   */
  async run<T>(
    fn: () => T | Promise<T>,
    options: MirrorRunOptions = {},
  ): Promise<T> {
    const signal = signalOf(options);
    this.#pipeline.assertOpen();
    const { name } = options;
    const named = name === undefined ? undefined : new NamedLines(this, name);
    const targets = { stdout: named ?? this, stderr: named ?? this };
    try {
      const result = await redirect(targets, fn, options);
      if (this.closed) return result;
      if (named) await untilAborted(named.end(), signal);
      await this.newLine(options);
      return result;
    } catch (error) {
      // The buffer need not hear that the mirror cannot reach it, or that the
      // caller waits no longer.
      const isOfWait = error instanceof LinesError ||
        signal?.aborted && error === signal.reason;
      if (!isOfWait && !this.closed) {
        // The caller must learn of the function's error, not of this one.
        const sent = this.#sendErrorOf(named, asError(error)).catch(() => {});
        await untilAborted(sent, signal).catch(() => {});
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
   * @param options Where else the prints go, and the name of their writer.
   * @returns The scope.
   * @throws {TypeError} If an option is of the wrong type.
   * @throws {RangeError} If the name is empty, or has a line break.
   */
  enter(options: MirrorScopeOptions = {}): MirrorScope {
    this.#pipeline.assertOpen();
    const { name } = options;
    const named = name === undefined ? undefined : new NamedLines(this, name);
    const target = named ?? this;
    const scope = enterRedirect({ stdout: target, stderr: target }, options);
    const leave = () => scope[Symbol.dispose]();
    return {
      [Symbol.dispose]: leave,
      [Symbol.asyncDispose]: async () => {
        leave();
        await scope.delivered();
        if (this.closed) return;
        await named?.end();
        await this.newLine();
      },
    };
  }

  async #sendErrorOf(
    writer: NamedLines | undefined,
    error: Error,
  ): Promise<void> {
    await writer?.end();
    const message = messageOf(error, "error");
    await this.sendError(writer?.named(message) ?? message);
  }
}
