import type { Stats } from "node:fs";
import {
  type GrowingFileReader,
  Turns,
  type Workspace,
} from "../overlay/mod.ts";
import { act, type Operation } from "../platform/mod.ts";
import { withNodeErrors } from "./node_error.ts";
import type { OriginalFs } from "./original_fs.ts";
import type { ReadRequest } from "./read_request.ts";
import { presentStream } from "./stream_calls.ts";

/** Reads a file that is open under a descriptor and may still grow. */
export class DescriptorReader {
  readonly #reading: GrowingFileReader;
  readonly #fd: number;
  readonly #original: OriginalFs;
  readonly #sizeNow: () => number;
  /** The asynchronous reads that depend on the position of the file. */
  readonly #turns = new Turns();

  /** Makes reads of `fd` wait at the end of the file. */
  constructor(reading: GrowingFileReader, fd: number, original: OriginalFs) {
    this.#reading = reading;
    this.#fd = fd;
    this.#original = original;
    const { fstatSync } = original.functions;
    this.#sizeNow = () => (fstatSync(fd) as Stats).size;
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

  /** Calls `then` once the file is complete. */
  *whenWhole<T>(then: () => Operation<T>): Operation<T> {
    const wait = this.#reading.untilWhole(this.#sizeNow);
    yield* withNodeErrors(wait, "read");
    return yield* then();
  }

  /** Looks with `stat` once the reader may see the size of the file. */
  *stat<T>(stat: () => Operation<T>): Operation<T> {
    yield* withNodeErrors(this.#reading.untilVisible(), "fstat");
    const stats = yield* stat();
    this.#reading.toldSize(Number((stats as Stats).size));
    return stats;
  }

  /** Ends all waits with an error. */
  close(): void {
    this.#reading.close();
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

  #once({ name, rest }: ReadRequest, filled: number): Operation<number> {
    const { functions } = this.#original;
    const args = [this.#fd, ...rest(filled)];
    return act(
      () =>
        new Promise<number>((resolve, reject) => {
          const done = (error: unknown, count: number) =>
            error ? reject(error) : resolve(count);
          functions[name](...args, done);
        }),
      () => functions[`${name}Sync`](...args) as number,
    );
  }
}
