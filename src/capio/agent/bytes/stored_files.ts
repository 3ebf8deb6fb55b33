import { abortable, deadline, delay } from "@std/async";
import {
  type NatsConnected,
  NatsError,
  natsFailure,
} from "../../../nats/mod.ts";
import { addStream } from "../server/mod.ts";
import type { ServedFile } from "./byte_service.ts";
import type { FetchedFile, FetchEnd } from "./byte_client.ts";
import type { RunNames } from "../wire/mod.ts";

/** The bytes of a file in one message. */
const CHUNK_BYTES = 128 * 1024;
/** The size of what stands before them: their offset in the file. */
const HEAD_BYTES = 8;
/** The most messages under way. */
const WINDOW = 16;
/** Time for one request to the server, in ms. */
const REQUEST_MILLISECONDS = 5000;
/** Pause before something is tried again, in ms. */
const PAUSE_MILLISECONDS = 250;
/** How long the next message may take before it is asked for again, in ms. */
const SILENCE_MILLISECONDS = 10_000;
/** Attempts in a row without a byte, after which the rest is taken for gone. */
const MOST_ATTEMPTS = 20;

/**
 * The finished files of a run that the server keeps, so that they outlive their
 * homes. Each file is a row of messages, which tell where their bytes belong:
 * what comes twice, or too soon after a message that was lost, is passed over.
 */
export class StoredFiles {
  readonly #connected: NatsConnected;
  readonly #names: RunNames;
  readonly #js;

  constructor(connected: NatsConnected, names: RunNames) {
    this.#connected = connected;
    this.#names = names;
    const { libraries, connection } = connected;
    this.#js = libraries.jetstream.jetstream(connection, {
      timeout: REQUEST_MILLISECONDS,
    });
  }

  /**
   * Makes the stream of the files; it may be there.
   *
   * @throws {NatsError} If the server cannot make it.
   */
  async create(): Promise<void> {
    const { jetstream } = this.#connected.libraries;
    try {
      await addStream(this.#connected, {
        name: this.#names.store,
        subjects: [this.#names.allStored],
        storage: jetstream.StorageType.File,
        discard: jetstream.DiscardPolicy.New,
      }, REQUEST_MILLISECONDS);
    } catch (error) {
      throw natsFailure("make the stream for files", error);
    }
  }

  /**
   * Stores a finished file, and returns when the server has acknowledged all of
   * it.
   *
   * @throws {NatsError} If there is no space for it, or no permission.
   */
  async store(
    machine: string,
    number: number,
    file: ServedFile,
    size: number,
    signal: AbortSignal,
  ): Promise<void> {
    const subject = this.#names.stored(machine, number);
    for (let offset = 0; offset < size;) {
      signal.throwIfAborted();
      const chunks: { end: number; sent: Promise<unknown> }[] = [];
      try {
        let next = offset;
        while (next < size || chunks.length > 0) {
          while (next < size && chunks.length < WINDOW) {
            const { message, count } = chunkAt(file, next);
            if (count === 0) throw new Error("The file has become shorter");
            next += count;
            const sent = this.#js.publish(subject, message);
            sent.catch(() => {});
            chunks.push({ end: next, sent });
          }
          const [{ end, sent }] = chunks;
          await abortable(sent, signal);
          chunks.shift();
          offset = end;
        }
      } catch (error) {
        signal.throwIfAborted();
        const failure = natsFailure("store a file at the server", error);
        if (failure instanceof NatsError && isFinal(failure)) throw failure;
        await delay(PAUSE_MILLISECONDS, { signal });
      }
    }
  }

  /**
   * Gets a stored file, or what is missing of it.
   *
   * @throws The reason of the signal when it aborts, and what `write` throws.
   */
  async fetch(
    machine: string,
    file: FetchedFile,
    signal: AbortSignal,
  ): Promise<FetchEnd> {
    const whole = file.wholeSize() ?? 0;
    let { size } = file;
    for (let attempt = 0; size < whole; attempt++) {
      if (attempt === MOST_ATTEMPTS) {
        return { type: "gone", why: "the server has lost what it had stored" };
      }
      if (attempt > 0) await delay(PAUSE_MILLISECONDS, { signal });
      const subject = this.#names.stored(machine, file.number);
      for await (const chunk of this.#chunks(subject, signal)) {
        const head = new DataView(chunk.buffer, chunk.byteOffset);
        const offset = head.getFloat64(0);
        const bytes = chunk.subarray(HEAD_BYTES);
        if (offset > size || offset + bytes.length <= size) continue;
        const missing = bytes.subarray(size - offset);
        file.write(missing);
        size += missing.length;
        attempt = 0;
        if (size >= whole) break;
      }
      signal.throwIfAborted();
    }
    return { type: "whole" };
  }

  /** Yields what is stored of a file, until that ends or no server answers. */
  async *#chunks(
    subject: string,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const { jetstream } = this.#connected.libraries;
    try {
      const consumer = await this.#js.consumers.get(this.#names.store, {
        deliver_policy: jetstream.DeliverPolicy.All,
        filter_subjects: subject,
      });
      await using cleanup = new AsyncDisposableStack();
      cleanup.defer(() => consumer.delete().then(() => {}, () => {}));
      const messages = await consumer.consume({
        max_bytes: 4 << 20,
        expires: 5000,
        idle_heartbeat: 500,
      });
      cleanup.defer(() => messages.stop());
      const iterator = messages[Symbol.asyncIterator]();
      for (;;) {
        const next = deadline(iterator.next(), SILENCE_MILLISECONDS);
        const { value, done } = await abortable(next, signal);
        if (done) return;
        yield value.data;
        if (value.info.pending === 0) return;
      }
    } catch {
      // It is tried again.
    }
  }
}

/** Reads a chunk of a file, with its offset before it. */
function chunkAt(file: ServedFile, offset: number) {
  const message = new Uint8Array(HEAD_BYTES + CHUNK_BYTES);
  new DataView(message.buffer).setFloat64(0, offset);
  const count = file.readAt(message.subarray(HEAD_BYTES), offset);
  return { message: message.subarray(0, HEAD_BYTES + count), count };
}

/** Tells whether trying again does not help against a failure. */
function isFinal({ code }: NatsError): boolean {
  return code === "FULL" || code === "NO_PERMISSION" || code === "REFUSED";
}
