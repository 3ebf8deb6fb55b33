import type { BytePuller } from "./byte_puller.ts";
import { inspect } from "../../internal/mod.ts";

/** Pulls from an object with an asynchronous `read`. */
export class ReaderPuller implements BytePuller {
  readonly ready = false;
  readonly #reader: { read(into: Uint8Array): Promise<number | null> };

  constructor(reader: { read(into: Uint8Array): Promise<number | null> }) {
    this.#reader = reader;
  }

  async pull(into: Uint8Array): Promise<number> {
    for (;;) {
      const count = await this.#reader.read(into);
      if (count !== 0) return filledBytes(into, count, "read");
    }
  }

  /** The code that opened the reader closes it. */
  cancel(): Promise<void> {
    return Promise.resolve();
  }
}

/** Pulls from an object that has only `readSync`. */
export class SyncReaderPuller implements BytePuller {
  readonly ready = true;
  readonly #reader: { readSync(into: Uint8Array): number | null };

  constructor(reader: { readSync(into: Uint8Array): number | null }) {
    this.#reader = reader;
  }

  pull(into: Uint8Array): number {
    for (;;) {
      const count = this.#reader.readSync(into);
      if (count !== 0) return filledBytes(into, count, "readSync");
    }
  }

  /** The code that opened the reader closes it. */
  cancel(): Promise<void> {
    return Promise.resolve();
  }
}

function filledBytes(
  into: Uint8Array,
  count: number | null,
  method: string,
): number {
  if (count === null) return 0;
  if (Number.isInteger(count) && count > 0 && count <= into.length) {
    return count;
  }
  throw new TypeError(
    `Cannot read the source: its "${method}" must return null or a number of bytes up to ${into.length}, found ${
      inspect(count)
    }`,
  );
}
