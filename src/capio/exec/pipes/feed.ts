import {
  READ_AVAILABLE,
  readsAvailable,
  writeAll,
} from "../../../internal/mod.ts";
import { openForReading } from "../../operations/mod.ts";
import {
  growingFile,
  type Place,
  readFile,
  type Workspace,
} from "../../overlay/mod.ts";
import { call } from "../../platform/mod.ts";
import { freeWriter, writeInSteps } from "./named_pipe.ts";
import { takeThread } from "./pipe_threads.ts";

/** Bytes that are read at once. */
const CHUNK_BYTES = 1024 * 1024;

/** Opens the end of a pipe that is written to; `undefined` once it is no use. */
export type OpenTarget = (
  signal: AbortSignal,
) => Promise<Deno.FsFile | undefined>;

/** Options of a {@linkcode Feed}. */
export interface FeedOptions {
  readonly openTarget: OpenTarget;
  /** The named pipe. */
  readonly pipe: string;
  /** Is called before the pipe ends when the input will never be complete. */
  readonly lost: (error: unknown) => void;
}

/** Hands a file over to a pipe as it is written. */
export class Feed {
  readonly #workspace: Workspace;
  readonly #place: Place;
  readonly #options: FeedOptions;
  readonly #stopping = new AbortController();
  #writing: Promise<unknown> = Promise.resolve();
  #isWriting = false;
  #running: Promise<void> = Promise.resolve();

  constructor(workspace: Workspace, place: Place, options: FeedOptions) {
    this.#workspace = workspace;
    this.#place = place;
    this.#options = options;
  }

  /** Begins; the pipe ends with the file. */
  start(): void {
    this.#running = this.#run();
  }

  /** Ends at once: nobody reads the pipe any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    // A write that nobody reads would not end.
    if (this.#isWriting) await freeWriter(this.#options.pipe, this.#writing);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const source = this.#openSource();
    // It can be known before the program opens the pipe.
    source.catch((error) => this.#lose(error));
    let target: Deno.FsFile | undefined;
    try {
      target = await this.#options.openTarget(signal);
      using file = await source;
      const close = () => closeQuietly(file);
      signal.addEventListener("abort", close);
      if (target && !signal.aborted) await this.#pump(file, target);
      signal.removeEventListener("abort", close);
    } catch (error) {
      this.#lose(error);
      if (!target) await source.then(closeQuietly, () => {});
    } finally {
      target?.close();
    }
  }

  #openSource(): Promise<Deno.FsFile> {
    const workspace = this.#workspace;
    const { signal } = this.#stopping;
    return workspace.run(openForReading<Deno.FsFile>(workspace, this.#place, {
      open: (location) => call("open", location, { read: true }),
      close: (file) => file.close(),
      growing: (file, entry, place) =>
        growingFile(file, workspace, entry, place),
      plain: (file, place, entry) => readFile(file, workspace, place, entry),
    }, signal));
  }

  async #pump(source: Deno.FsFile, target: Deno.FsFile): Promise<void> {
    const { signal } = this.#stopping;
    let filled: Uint8Array<ArrayBuffer> = new Uint8Array(CHUNK_BYTES);
    let free: Uint8Array<ArrayBuffer> = new Uint8Array(CHUNK_BYTES);
    let reading = readSome(source, filled);
    for (;;) {
      const count = await reading;
      if (count === null || signal.aborted) return;
      const bytes = filled.subarray(0, count);
      [filled, free] = [free, filled];
      // The next piece is read while the program takes this one.
      reading = readSome(source, filled);
      // The error is met at the next piece, if there is one.
      reading.catch(() => {});
      if (!await this.#write(bytes, target)) return;
    }
  }

  /** Returns whether the program reads on. */
  async #write(bytes: Uint8Array, target: Deno.FsFile): Promise<boolean> {
    const { pipe } = this.#options;
    using thread = takeThread();
    if (!thread) return await writeInSteps(pipe, bytes, this.#stopping.signal);
    try {
      this.#isWriting = true;
      this.#writing = writeAll(target, bytes);
      await this.#writing;
      return true;
    } catch (error) {
      // The program reads no further, which is no error for anybody.
      if (error instanceof Deno.errors.BrokenPipe) return false;
      throw error;
    } finally {
      this.#isWriting = false;
    }
  }

  #lose(error: unknown): void {
    if (!this.#stopping.signal.aborted) this.#options.lost(error);
  }
}

/** Reads what is there, at least a byte; `null` at the end of the file. */
function readSome(
  file: Deno.FsFile,
  buffer: Uint8Array<ArrayBuffer>,
): Promise<number | null> {
  return readsAvailable(file)
    ? file[READ_AVAILABLE](buffer)
    : file.read(buffer);
}

function closeQuietly(file: Deno.FsFile): void {
  try {
    file.close();
  } catch {
    // It has been closed.
  }
}
