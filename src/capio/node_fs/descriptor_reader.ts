import type { Stats } from "node:fs";
import type { GrowingFileReader, Workspace } from "../overlay/mod.ts";
import type { Operation } from "../platform/mod.ts";
import { withNodeErrors } from "./node_error.ts";
import type { OriginalFs } from "./original_fs.ts";

/** The result of one call of `fs.read` or `fs.readv`. */
export interface ReadResult {
  readonly bytesRead: number;
}

/** Reads a file that is open under a descriptor and may still grow. */
export class DescriptorReader {
  readonly #reading: GrowingFileReader;
  readonly #sizeNow: () => number;

  /** Makes reads of `fd` wait at the end of the file. */
  constructor(reading: GrowingFileReader, fd: number, original: OriginalFs) {
    this.#reading = reading;
    const { fstatSync } = original.functions;
    this.#sizeNow = () => (fstatSync(fd) as Stats).size;
  }

  get workspace(): Workspace {
    return this.#reading.workspace;
  }

  /** Reads with `once`, which must ask for at least one byte. */
  read<T extends ReadResult>(once: () => Operation<T>): Operation<T> {
    const sizeNow = this.#sizeNow;
    let size = 0;
    const read = this.#reading.read(
      function* () {
        const result = yield* once();
        if (result.bytesRead > 0) return result;
        // The position of the read is unknown, but it was at the end.
        size = sizeNow();
        return yield* once();
      },
      ({ bytesRead }) => bytesRead,
      () => sizeNow() > size,
    );
    return withNodeErrors(read, "read");
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

  /** Ends all waits; a read that waits for bytes ends as at the end. */
  interrupt(): void {
    this.#reading.interrupt();
  }

  /** Ends all waits with an error. */
  close(): void {
    this.#reading.close();
  }
}

/** Returns whether the arguments of a read, after the file, ask for bytes. */
export function asksForBytes([first, second, third]: unknown[]): boolean {
  if (Array.isArray(first)) return first.some((it) => it.byteLength > 0);
  if (typeof third === "number") return third > 0;
  const isView = ArrayBuffer.isView(first);
  const options = (isView ? second : first) as { length?: number } | undefined;
  if (typeof options?.length === "number") return options.length > 0;
  return !isView || first.byteLength > 0;
}
