import { writeAllSync } from "../../../internal/mod.ts";
import { closeDescriptor } from "./descriptors.ts";
import {
  freeReader,
  keepOpen,
  openToLook,
  openWritten,
  readNow,
} from "./named_pipe.ts";
import { Pauses } from "./pauses.ts";
import { takeThread } from "./pipe_threads.ts";

/** Bytes that are read at once: a pipe seldom holds more. */
const CHUNK_BYTES = 64 * 1024;

/** Takes over what programs write to a named pipe. */
export class Drain {
  readonly #path: string;
  readonly #write: (bytes: Uint8Array) => void;
  readonly #ending = new AbortController();
  /** Keeps the pipe from its end between two openings by the program. */
  #keeper: number | undefined;
  #isStopped = false;
  #hasBegun = false;
  /** Resolves when the pipe has ended; rejects when a write has failed. */
  readonly done: Promise<void>;

  /** Begins to hand what comes to `write`. */
  constructor(path: string, write: (bytes: Uint8Array) => void) {
    this.#path = path;
    this.#write = write;
    this.done = this.#run();
    // It is looked at when the program has ended.
    this.done.catch(() => {});
  }

  /** Whether anybody has opened the pipe. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Ends once nobody has the pipe open any more: the program has ended. */
  end(): void {
    this.#ending.abort();
    this.#releaseKeeper();
  }

  /** Ends at once, whoever has the pipe open. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.end();
    if (this.#hasBegun) freeReader(this.#path);
    await this.done.catch(() => {});
  }

  async #run(): Promise<void> {
    using thread = takeThread();
    if (!thread) return await this.#look();
    using file = await openWritten(this.#path, this.#ending.signal);
    if (!file) return;
    this.#hasBegun = true;
    if (!this.#ending.signal.aborted) this.#keeper = keepOpen(this.#path);
    const buffer = new Uint8Array(CHUNK_BYTES);
    try {
      for (;;) {
        const count = await file.read(buffer);
        if (count === null || this.#isStopped) return;
        this.#write(buffer.subarray(0, count));
      }
    } finally {
      this.#releaseKeeper();
    }
  }

  /** The same without a thread that waits: it looks from time to time. */
  async #look(): Promise<void> {
    const { signal } = this.#ending;
    const pauses = new Pauses(signal);
    const buffer = new Uint8Array(CHUNK_BYTES);
    const fd = openToLook(this.#path);
    try {
      while (!this.#isStopped) {
        const count = readNow(fd, buffer);
        if (count !== 0) this.#hasBegun = true;
        if (count) {
          this.#write(buffer.subarray(0, count));
          pauses.restart();
        } else if (count === 0 && signal.aborted) return;
        await pauses.next();
      }
    } finally {
      closeDescriptor(fd);
    }
  }

  #releaseKeeper(): void {
    if (this.#keeper !== undefined) closeDescriptor(this.#keeper);
    this.#keeper = undefined;
  }
}

/** Makes a {@linkcode Drain} that writes to a file. */
export function drainTo(path: string, file: Deno.FsFile): Drain {
  return new Drain(path, (bytes) => void writeAllSync(file, bytes));
}
