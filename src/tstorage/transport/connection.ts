import { denoErrors, startTimer, type Timer } from "../../internal/mod.ts";
import { ByteReader, type Duplex } from "../../streams/mod.ts";
import type { ByteInput } from "./wire_reader.ts";

/** A pair of byte streams, with what a socket can do besides. */
export interface Transport extends Duplex {
  /**
   * Sends the end of `writable` and goes on receiving, as of a `Deno.Conn`:
   * closing its stream would close the whole socket.
   */
  closeWrite?(): Promise<void>;
}

/** Options of a {@linkcode Connection}. */
export interface ConnectionOptions {
  /** Closes the connection when it aborts. */
  readonly signal?: AbortSignal;
  /**
   * Whether `writable` is done with a chunk when its write resolves, as that of
   * a socket is; else each chunk is a copy, which the stream may keep.
   *
   * @default {false}
   */
  readonly releasesChunks?: boolean;
}

const NO_BYTES = new Uint8Array();

/** Bytes of a chunk: each that is taken is progress. */
const CHUNK_BYTES = 256 * 1024;

/**
 * The two byte streams to a server or a client, with timeouts.
 *
 * A lost connection is an ordinary outcome here, so nothing throws: a read
 * returns no bytes and a write `false`.
 */
export class Connection implements ByteInput {
  readonly #transport: Transport;
  readonly #reader: ByteReader;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #signal: AbortSignal | undefined;
  readonly #releasesChunks: boolean;
  /** Ends each operation under way. */
  readonly #pending: Set<() => void> = new Set();
  #open = true;
  #loss: unknown;
  #waiting = 0;
  #lastProgress = 0;

  /**
   * Locks both streams.
   *
   * @throws {TypeError} If one of them is locked.
   */
  constructor(
    transport: Transport,
    { signal, releasesChunks = false }: ConnectionOptions = {},
  ) {
    this.#transport = transport;
    this.#writer = transport.writable.getWriter();
    try {
      this.#reader = new ByteReader(transport.readable);
    } catch (error) {
      this.#writer.releaseLock();
      throw error;
    }
    this.#releasesChunks = releasesChunks;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#aborted);
    if (signal?.aborted) this.close();
  }

  /** Whether it was not closed from this side. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Why nothing moves any more; nothing as long as it does. */
  get loss(): unknown {
    return this.#loss;
  }

  /** Reads what there is, at least one byte unless the connection has ended. */
  async read(into: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    using _expected = this.expect();
    return await this.listen(into);
  }

  /** The same as {@linkcode read}, but the other side may take its time. */
  async listen(
    into: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await this.#attempt(() => this.#reader.fill(into), NO_BYTES);
    if (bytes.length === 0) {
      this.#loss ??= new denoErrors.UnexpectedEof(
        "The other side closed the connection",
      );
    }
    return bytes;
  }

  /** Writes every byte; `false` if the connection was lost before. */
  async write(bytes: Uint8Array): Promise<boolean> {
    using _expected = this.expect();
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      const end = at + CHUNK_BYTES;
      const chunk = this.#releasesChunks
        ? bytes.subarray(at, end)
        : bytes.slice(at, end);
      const write = () => this.#writer.write(chunk).then(() => true);
      if (!await this.#attempt(write, false)) return false;
    }
    return true;
  }

  /** Sends the end of what is written; reading goes on. */
  async closeWrite(): Promise<void> {
    using _expected = this.expect();
    const close = async () => {
      await (this.#transport.closeWrite?.() ?? this.#writer.close());
    };
    await this.#attempt(close, undefined);
  }

  /** Until the result is disposed of, {@linkcode watch} expects bytes to move. */
  expect(): Disposable {
    if (this.#waiting++ === 0) this.#lastProgress = performance.now();
    return { [Symbol.dispose]: () => void this.#waiting-- };
  }

  /**
   * Closes both streams, which ends every read and write under way.
   *
   * @param loss Why, for those that are under way.
   * @returns Whether it was open.
   */
  close(loss?: unknown): boolean {
    if (!this.#open) return false;
    this.#open = false;
    this.#loss ??= loss ??
      new DOMException("The connection was closed here", "AbortError");
    this.#signal?.removeEventListener("abort", this.#aborted);
    const reason = new DOMException("The connection was closed", "AbortError");
    // A stream that fails to end has ended as well.
    this.#reader.cancel(reason).catch(() => {});
    this.#writer.abort(reason).catch(() => {});
    // A stream may leave an operation pending: a write that waits for space does
    // not notice the abort.
    for (const end of this.#pending) end();
    return true;
  }

  /**
   * Closes the connection when bytes are expected and none moves for `timeout`
   * milliseconds, until the result is disposed of.
   */
  watch(timeout: number): Disposable {
    let timer: Timer | undefined;
    const check = () => {
      const still = performance.now() - this.#lastProgress;
      const left = this.#waiting === 0 ? timeout : timeout - still;
      if (left > 0) timer = startTimer(Math.ceil(left), check);
      else {
        this.close(
          new denoErrors.TimedOut(
            `Timed out, as nothing moved on the connection for ${timeout} ms`,
          ),
        );
      }
    };
    timer = startTimer(timeout, check);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  }

  readonly #aborted = () => void this.close(this.#signal?.reason);

  /** Resolves to `lost` if the operation fails, or at the latest on close. */
  #attempt<R>(operation: () => Promise<R>, lost: R): Promise<R> {
    if (!this.#open) return Promise.resolve(lost);
    return new Promise((resolve) => {
      const end = (result: R) => {
        this.#pending.delete(fail);
        this.#lastProgress = performance.now();
        resolve(result);
      };
      const fail = () => end(lost);
      this.#pending.add(fail);
      operation().then(end, (error) => {
        this.#loss ??= error;
        fail();
      });
    });
  }
}
