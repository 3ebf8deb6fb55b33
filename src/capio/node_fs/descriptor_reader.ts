import type { Stats } from "node:fs";
import type { GrowingFileReader, Workspace } from "../overlay/mod.ts";
import type { Operation } from "../platform/mod.ts";
import { withNodeErrors } from "./node_error.ts";
import type { OriginalFs } from "./original_fs.ts";

/** What one call of `fs.read` or `fs.readv` brought. */
export interface ReadResult {
  readonly bytesRead: number;
}

/** The reading of a file that is open under a number and may be written yet. */
export class DescriptorReader {
  readonly #reading: GrowingFileReader;
  readonly #sizeNow: () => number;

  /** Makes what is read under `fd` wait for what is to come. */
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
        // Where it was read from is not known, only that it was at the end.
        size = sizeNow();
        return yield* once();
      },
      ({ bytesRead }) => bytesRead,
      () => sizeNow() > size,
    );
    return withNodeErrors(read, "read");
  }

  /** Calls `then` once nothing will be added to the file. */
  *whenWhole<T>(then: () => Operation<T>): Operation<T> {
    const wait = this.#reading.untilWhole(this.#sizeNow);
    yield* withNodeErrors(wait, "read");
    return yield* then();
  }

  /** Calls `then` once the size of what is there may be seen. */
  *whenVisible<T>(then: () => Operation<T>): Operation<T> {
    yield* withNodeErrors(this.#reading.untilVisible(), "fstat");
    return yield* then();
  }

  /** Ends all waits: one for more bytes as though there were none. */
  interrupt(): void {
    this.#reading.interrupt();
  }

  /** Ends all waits with an error. */
  close(): void {
    this.#reading.close();
  }
}

/** Whether arguments of `fs.read` or `fs.readv` after the file ask for any. */
export function asksForBytes([first, second, third]: unknown[]): boolean {
  if (Array.isArray(first)) return first.some((it) => it.byteLength > 0);
  if (typeof third === "number") return third > 0;
  const isView = ArrayBuffer.isView(first);
  const options = (isView ? second : first) as { length?: number } | undefined;
  if (typeof options?.length === "number") return options.length > 0;
  return !isView || first.byteLength > 0;
}
