import type { Stats } from "node:fs";
import {
  type GrowingFileReader,
  Turns,
  type Workspace,
} from "../overlay/mod.ts";
import type { Operation } from "../platform/mod.ts";
import { withNodeErrors } from "./node_error.ts";
import type { OriginalFs } from "./original_fs.ts";
import type { ReadRequest } from "./read_request.ts";
import { presentStream } from "./stream_calls.ts";

/** Reads once, with these arguments after the file. */
export type ReadOnce = (args: unknown[]) => Operation<number>;

/** Reads a file that is open under a descriptor and may still grow. */
export class DescriptorReader {
  readonly #reading: GrowingFileReader;
  readonly #fd: number;
  readonly #sizeNow: () => number;
  /** The asynchronous reads that depend on the position of the file. */
  readonly #turns = new Turns();

  /** Makes reads of `fd` wait at the end of the file. */
  constructor(reading: GrowingFileReader, fd: number, original: OriginalFs) {
    this.#reading = reading;
    this.#fd = fd;
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
  read(request: ReadRequest, once: ReadOnce): Promise<number> {
    const stream = presentStream(this.#fd);
    const read = () => this.workspace.run(this.#read(request, once, stream));
    // What has a position of its own waits for no other read.
    return request.position === undefined
      ? this.#turns.take(read, stream)
      : read();
  }

  /** The same, blocking the thread. */
  readSync(request: ReadRequest, once: ReadOnce): number {
    return this.workspace.runSync(
      this.#read(request, once, presentStream(this.#fd)),
    );
  }

  /** Calls `then` once the file is complete. */
  *whenWhole<T>(then: () => Operation<T>): Operation<T> {
    const wait = this.#reading.untilWhole(this.#sizeNow);
    yield* withNodeErrors(wait, "read");
    return yield* then();
  }

  /** Calls `then` once the reader may see the size of the file. */
  *whenVisible<T>(then: () => Operation<T>): Operation<T> {
    yield* withNodeErrors(this.#reading.untilVisible(), "fstat");
    return yield* then();
  }

  /** Ends all waits with an error. */
  close(): void {
    this.#reading.close();
  }

  #read(
    { size, position, rest }: ReadRequest,
    once: ReadOnce,
    stream: AbortSignal | undefined,
  ): Operation<number> {
    const sizeNow = this.#sizeNow;
    let end = 0;
    const read = this.#reading.read({
      size,
      *attempt(filled) {
        const count = yield* once(rest(filled));
        if (count > 0 || position !== undefined) return count;
        // The position of the file is unknown, but it was at the end.
        end = sizeNow();
        return yield* once(rest(filled));
      },
      hasMore(filled) {
        const reached = position === undefined
          ? end
          : Number(position) + filled;
        return sizeNow() > reached;
      },
    }, {
      isPartial: stream !== undefined || this.workspace.partialReads,
      signal: stream,
    });
    return withNodeErrors(read, "read");
  }
}
