import { resolve } from "@std/path";
import {
  checkInteger,
  checkOneOf,
  checkSignal,
  checkString,
  refused,
  requireDeno,
} from "../../internal/mod.ts";
import {
  asError,
  checkMessage,
  GroupedMessage,
  LastLines,
  LineIO,
  type LineItem,
  LinesError,
  signalOf,
  untilAborted,
  type WaitOptions,
} from "../buffer/mod.ts";
import type { LineFiles } from "./line_files.ts";
import { LineItemFiles } from "./line_item_files.ts";
import { LineJournal } from "./line_journal.ts";

/** Options for {@linkcode LineFileBuffer}. */
export interface LineFileBufferOptions {
  /**
   * Most items that the buffer shows, a positive integer, the same for all
   * processes.
   *
   * @default {20}
   */
  maxlen?: number;
  /**
   * Most characters (UTF-16 code units) of one line. The rest of a longer line
   * is left out, and a warning item after the line says so.
   *
   * @default {65_536}
   */
  maxLineChars?: number;
  /**
   * The way items are kept, the same for all processes.
   *
   * - `"journal"`: as lines of JSON in two files, which is fast.
   * - `"files"`: each item in a file of its own, the newest in `NAME-0.log`, as
   *   `LineFileBuffer` of syncstream (Python) keeps them. Programs in Python can
   *   share the files; on Windows not at the same time, as locks differ there.
   *   Messages are kept as text, and each write renames up to `maxlen` files.
   *
   * @default {"journal"}
   */
  layout?: "journal" | "files";
}

/**
 * A line buffer in files, which several processes write to and read from. Its
 * line semantics are those of {@linkcode LineBuffer}; the unfinished last line
 * belongs to the process that writes it.
 *
 * The items are lines of JSON in `NAME.log`, which becomes `NAME-1.log` when
 * it is full; `layout` has another way. A process locks `NAME.lock` while it
 * reads or writes; a reader sees whole items only, also after a writer was
 * killed.
 *
 * @example Usage
 * ```ts
 * import { LineFileBuffer } from "@sluice/sluice/lines";
 *
 * await using buffer = new LineFileBuffer("logs/job.log", { maxlen: 100 });
 * await buffer.write("one\ntwo\n");
 * console.log(await buffer.read());
 * ```
 *
 * @example Read what programs in Python write to the same files
 * ```ts
 * import { LineFileBuffer } from "@sluice/sluice/lines";
 *
 * await using buffer = new LineFileBuffer("logs/job.log", { layout: "files" });
 * console.log(await buffer.read());
 * ```
 */
export class LineFileBuffer extends LineIO {
  /** Most items that the buffer shows. */
  readonly maxlen: number;
  readonly #files: LineFiles;
  readonly #lastLine: LastLines;
  #closing: Promise<void> | undefined;
  /** Whether the latest items could not be written, which their writer was told. */
  #hasFailed = false;

  /**
   * Opens nothing yet. The directory must exist when the buffer is used.
   *
   * @param path Path of the buffer, with or without `.log`.
   * @param options Limits of the buffer.
   * @throws {TypeError} If the path has no name, or an option is of the wrong
   * type.
   * @throws {RangeError} If a limit is not a positive integer.
   */
  constructor(path: string, options: LineFileBufferOptions = {}) {
    super();
    const { maxlen = 20, maxLineChars = 65_536, layout = "journal" } = options;
    checkString("path", path);
    checkInteger("maxlen", maxlen, { min: 1 });
    checkInteger("maxLineChars", maxLineChars, { min: 1 });
    checkOneOf("layout", layout, ["journal", "files"]);
    requireDeno("LineFileBuffer", "use a LineHostBuffer");
    const base = path.replace(/\.log$/, "");
    if (/(^|[\\/])\.{0,2}$/.test(base)) {
      throw refused("path", "a path that ends with a file's name", path);
    }
    this.maxlen = maxlen;
    // The files stay the same when the program changes its directory.
    const place = resolve(base);
    this.#files = layout === "files"
      ? new LineItemFiles(place, maxlen)
      : new LineJournal(place, maxlen);
    this.#lastLine = new LastLines(maxLineChars, maxLineChars + 1);
  }

  /** Whether the buffer is closed. */
  override get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** A stream that writes its texts; closing it closes the buffer. */
  get writable(): WritableStream<string> {
    return new WritableStream({
      write: async (text) => void await this.write(text),
      close: () => this.close(),
      abort: (reason) => this.close(asError(reason)),
    });
  }

  /**
   * Appends a text. Each line that it completes becomes an item.
   *
   * @param text Any number of lines, partial ones too.
   * @param options Signal that ends the wait.
   * @returns Resolves to the number of characters (UTF-16 code units) taken,
   * which is all of them, when the items are in the file.
   * @throws {LinesError} If the buffer is closed.
   */
  async write(text: string, options: WaitOptions = {}): Promise<number> {
    checkString("text", text);
    const signal = signalOf(options);
    this.#assertOpen("write to");
    await this.#append(this.#lastLine.write("", text), signal);
    return text.length;
  }

  /**
   * Completes the last line and stores a message as one item.
   *
   * @param message The message.
   * @param options Signal that ends the wait.
   * @throws {LinesError} If the buffer is closed.
   */
  async append(
    message: GroupedMessage,
    options: WaitOptions = {},
  ): Promise<void> {
    checkMessage(message);
    const signal = signalOf(options);
    this.#assertOpen("write to");
    await this.#append([...this.#lastLine.complete(""), message], signal);
  }

  /**
   * Completes the last line when it is not empty.
   *
   * @param options Signal that ends the wait.
   * @throws {LinesError} If the buffer is closed.
   */
  async newLine(options: WaitOptions = {}): Promise<void> {
    const signal = signalOf(options);
    this.#assertOpen("write to");
    await this.#append(this.#lastLine.complete(""), signal);
  }

  /**
   * The items of all processes, oldest first, then the last line of this one
   * when it is not empty: at most `maxlen` in all, the newest.
   *
   * @param size Return only the last `size` of them; 0 or less returns no item.
   * @param options Signal that ends the wait.
   * @returns The items.
   * @throws {TypeError} If the size is not a number.
   * @throws {RangeError} If the size is not an integer.
   * @throws {Deno.errors.InvalidData} If something else wrote to the journal.
   * @throws {LinesError} If the buffer is closed.
   */
  async read(
    size: number = this.maxlen,
    options: WaitOptions = {},
  ): Promise<LineItem[]> {
    checkInteger("size", size);
    const signal = signalOf(options);
    this.#assertOpen("read");
    const count = Math.min(size, this.maxlen);
    if (count <= 0) return [];
    const items = await untilAborted(this.#files.read(count), signal);
    return [...items, ...this.#lastLine.texts].slice(-count);
  }

  /**
   * Empties the buffer for all processes, and the last line of this one.
   *
   * @param options Signal that ends the wait.
   * @throws {LinesError} If the buffer is closed.
   */
  async clear(options: WaitOptions = {}): Promise<void> {
    const signal = signalOf(options);
    this.#assertOpen("clear");
    this.#lastLine.clear();
    await untilAborted(this.#files.clear(), signal);
  }

  /**
   * Completes the last line, or stores an error after it, and closes the files.
   * Only the first call does anything.
   *
   * @param error The error that ended the writer before its time.
   * @param options Signal that ends the wait.
   */
  async close(error?: Error, options: WaitOptions = {}): Promise<void> {
    const { signal } = options;
    checkSignal("signal", signal);
    this.#closing ??= this.#close(error);
    await untilAborted(this.#closing, signal);
  }

  /**
   * Closes the buffer. When the latest write has failed, its writer was told so:
   * then another failure is not thrown. It would hide the first one in a
   * `SuppressedError`.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const isTold = this.#hasFailed;
    try {
      await this.close();
    } catch (error) {
      if (!isTold) throw error;
    }
  }

  async #close(error: Error | undefined): Promise<void> {
    try {
      const items = this.#lastLine.complete("");
      if (error !== undefined) items.push(new GroupedMessage(error));
      await this.#append(items);
    } finally {
      await this.#files.close();
    }
  }

  async #append(
    items: readonly LineItem[],
    signal?: AbortSignal,
  ): Promise<void> {
    if (items.length === 0) return;
    const appended = this.#files.append(items);
    appended.then(
      () => void (this.#hasFailed = false),
      () => void (this.#hasFailed = true),
    );
    await untilAborted(appended, signal);
  }

  #assertOpen(action: string): void {
    if (!this.closed) return;
    throw new LinesError(
      "CLOSED",
      `Cannot ${action} a line buffer once closed`,
    );
  }
}
