import type { Stats } from "node:fs";
import type { WorkflowFile } from "../../journal/mod.ts";
import {
  GrowingFileReader,
  type Place,
  Turns,
  type Workspace,
} from "../../overlay/mod.ts";
import {
  act,
  atOnce,
  builtin,
  CapioError,
  type Operation,
} from "../../platform/mod.ts";
import {
  type OriginalFs,
  type ReadRequest,
  withNodeErrors,
} from "../forms/mod.ts";
import { presentStream } from "./stream_calls.ts";

/** Bytes that are read at once where the size of the rest is unknown. */
const PIECE_BYTES = 64 * 1024;

/** Reads a file that is open under a descriptor and may still grow. */
export class DescriptorReader {
  readonly #reading: GrowingFileReader;
  readonly #fd: number;
  /** The descriptor that is read: at first the one that was opened. */
  #source: number;
  /**
   * The position in another source, which has none of its own; `undefined` until
   * it is known.
   */
  #position: number | undefined;
  readonly #original: OriginalFs;
  readonly #sizeNow: () => number;
  /** The asynchronous reads that depend on the position of the file. */
  readonly #turns = new Turns();

  /** Makes reads of `fd` wait at the end of the file. */
  constructor(
    workspace: Workspace,
    entry: WorkflowFile,
    place: Place,
    fd: number,
    original: OriginalFs,
  ) {
    this.#fd = fd;
    this.#source = fd;
    this.#original = original;
    const { fstatSync } = original.functions;
    this.#sizeNow = () => (fstatSync(this.#source) as Stats).size;
    this.#reading = new GrowingFileReader(workspace, entry, place, {
      identify: () => original.identify(this.#source),
      goOnIn: (...args) => this.#goOnIn(...args),
    });
  }

  get workspace(): Workspace {
    return this.#reading.workspace;
  }

  /**
   * Fills the buffers, or meets the end of the file, and returns the number of
   * bytes. A stream gets what is there.
   */
  read(request: ReadRequest): Promise<number> {
    const { workspace } = this;
    const stream = presentStream(this.#fd);
    // What has a position of its own waits for no other read.
    const turns = request.position === undefined ? this.#turns : undefined;
    const run = () => workspace.run(this.#read(request, stream, turns));
    return turns ? turns.take(run, stream) : run();
  }

  /** The same, blocking the thread. */
  readSync(request: ReadRequest): number {
    const stream = presentStream(this.#fd);
    return this.workspace.runSync(this.#read(request, stream));
  }

  /** Goes on in a copy of the file, which lies at a location. */
  goOnIn(location: string, copy: WorkflowFile): void {
    this.#reading.goOnIn(location, copy);
  }

  /**
   * Reads the rest of the file with `then` once it is complete. `options` are
   * those of `readFile`.
   */
  *whenWhole(
    then: () => Operation<unknown>,
    options?: unknown,
  ): Operation<unknown> {
    const wait = this.#reading.untilWhole(this.#sizeNow);
    yield* withNodeErrors(wait, "read");
    return this.#source === this.#fd ? yield* then() : this.#readRest(options);
  }

  /**
   * Blocks the thread until the file is complete: a child process reads on with
   * the descriptor that was opened.
   *
   * @throws {CapioError} If only this thread could finish the file, if its writer
   * is lost, or if another file has taken its place.
   */
  completeForChild(): void {
    this.workspace.runSync(this.#reading.untilWhole(this.#sizeNow));
    if (this.#source === this.#fd) return;
    throw new CapioError(
      "REPLACED",
      `Cannot hand the descriptor ${this.#fd} to a child process: the file was replaced by another one after it was opened. Open the file again`,
    );
  }

  /**
   * Looks with `stat` once the reader may see the size of the file. It gets the
   * descriptor of the source if that is another one.
   */
  *stat<T>(stat: (source?: number) => Operation<T>): Operation<T> {
    yield* withNodeErrors(this.#reading.untilSized(), "fstat");
    const stats = yield* stat(
      this.#source === this.#fd ? undefined : this.#source,
    );
    this.#reading.toldSize(Number((stats as Stats).size));
    return stats;
  }

  /** Looks at another source than the one that was opened. */
  lookAt(source: number, rest: readonly unknown[]): Operation<unknown> {
    const { functions } = this.#original;
    return atOnce(() => functions.fstatSync(source, ...rest));
  }

  /** Ends all waits with an error. */
  close(): void {
    if (this.#source !== this.#fd) {
      this.#original.functions.closeSync(this.#source);
    }
    this.#reading.close();
  }

  #goOnIn(location: string, isUnread: boolean): void {
    const { openSync, closeSync } = this.#original.functions;
    const next = openSync(location, "r") as number;
    if (this.#source !== this.#fd) closeSync(this.#source);
    else if (isUnread) this.#position = 0;
    this.#source = next;
  }

  /**
   * Returns the position in another source. Node tells none of a descriptor, but
   * what is left of the file that was opened does.
   */
  #positionNow(): number {
    if (this.#position !== undefined) return this.#position;
    const { fstatSync, readSync } = this.#original.functions;
    const buffer = new Uint8Array(PIECE_BYTES);
    const read = () =>
      readSync(this.#fd, buffer, 0, buffer.length, null) as number;
    let left = 0;
    for (let count; (count = read()) > 0;) left += count;
    const { size } = fstatSync(this.#fd) as Stats;
    return this.#position = Math.max(0, size - left);
  }

  /** Reads another source from its position to its end, as `readFile`. */
  #readRest(options: unknown): unknown {
    const { Buffer } = builtin("buffer");
    const { readSync } = this.#original.functions;
    const pieces: Uint8Array[] = [];
    let position = this.#positionNow();
    for (;;) {
      const piece = new Uint8Array(PIECE_BYTES);
      const args = [this.#source, piece, 0, piece.length, position];
      const count = readSync(...args) as number;
      if (count === 0) break;
      pieces.push(piece.subarray(0, count));
      position += count;
    }
    this.#position = position;
    const bytes = Buffer.concat(pieces);
    const encoding = typeof options === "object" && options !== null
      ? Reflect.get(options, "encoding")
      : options;
    return typeof encoding === "string" && encoding !== "buffer"
      ? bytes.toString(encoding as BufferEncoding)
      : bytes;
  }

  #read(
    request: ReadRequest,
    stream: AbortSignal | undefined,
    turns?: Turns,
  ): Operation<number> {
    const { size, position } = request;
    const sizeNow = this.#sizeNow;
    const once = (filled: number) => this.#once(request, filled);
    let end = 0;
    const read = this.#reading.read({
      size,
      position: position === undefined ? undefined : Number(position),
      *attempt(filled) {
        const count = yield* once(filled);
        if (count > 0 || position !== undefined) return count;
        // The position of the file is unknown, but it was at the end.
        end = sizeNow();
        return yield* once(filled);
      },
      hasMore(filled) {
        const at = position === undefined ? end : Number(position) + filled;
        return sizeNow() > at;
      },
    }, {
      isPartial: stream !== undefined || this.workspace.partialReads,
      atEnd: 0,
      turns,
      signal: stream,
    });
    return withNodeErrors(read, "read");
  }

  /** Reads what is there: to the end of the buffers or of the file. */
  *#once(request: ReadRequest, filled: number): Operation<number> {
    const { size, position, next } = request;
    const start = filled;
    while (filled < size) {
      const { length, args } = next(filled);
      const count = this.#source === this.#fd || position !== undefined
        ? yield* this.#call([this.#source, ...args])
        : yield* this.#readOn(args);
      filled += count;
      if (count < length) break;
    }
    return filled - start;
  }

  /** Reads another source than the one that was opened at its position. */
  *#readOn(args: readonly unknown[]): Operation<number> {
    const from = this.#positionNow();
    const into = args.slice(0, -1);
    const count = yield* this.#call([this.#source, ...into, from]);
    this.#position = from + count;
    return count;
  }

  #call(args: readonly unknown[]): Operation<number> {
    const { read, readSync } = this.#original.functions;
    return act(
      () =>
        new Promise<number>((resolve, reject) => {
          const done = (error: unknown, count: number) =>
            error ? reject(error) : resolve(count);
          read(...args, done);
        }),
      () => readSync(...args) as number,
    );
  }
}
