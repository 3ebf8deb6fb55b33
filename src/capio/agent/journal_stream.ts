import { delay } from "@std/async";
import { type NatsConnected, natsFailure } from "../../nats/mod.ts";
import { CapioError } from "../platform/mod.ts";
import type { StoredMessage } from "./received.ts";
import {
  decodeMessage,
  encodeMessage,
  type JournalMessage,
  machineOf,
  type RunNames,
} from "./wire/mod.ts";

/** Time for one request to the server, in ms. */
const REQUEST_MILLISECONDS = 2000;
/** Pause before something is tried again, in ms. */
const PAUSE_MILLISECONDS = 250;
/** API errors that say that there is no such stream. */
const NO_STREAM: readonly number[] = [10059];
/** API errors that say that a stream or the server's storage is full. */
const FULL: readonly number[] = [10077, 10023];

/** The journal that the machines of a run agree on: a stream of the server. */
export class JournalStream {
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

  /** Makes the stream; it may be there. */
  async create(): Promise<void> {
    const { jetstream } = this.#connected.libraries;
    const manager = await this.#js.jetstreamManager(false);
    try {
      await manager.streams.add({
        name: this.#names.stream,
        subjects: [this.#names.journals],
        storage: jetstream.StorageType.File,
        discard: jetstream.DiscardPolicy.New,
        allow_direct: true,
      });
    } catch (error) {
      throw natsFailure("make the stream of the run", error);
    }
  }

  /** Removes the stream, if it is there. */
  async remove(): Promise<void> {
    const manager = await this.#js.jetstreamManager(false);
    await manager.streams.delete(this.#names.stream).catch(() => {});
  }

  /** Returns the sequence of the last message, 0 if there is none. */
  async lastSequence(): Promise<number> {
    try {
      const manager = await this.#js.jetstreamManager(false);
      const { state } = await manager.streams.info(this.#names.stream);
      return state.last_seq;
    } catch (error) {
      if (NO_STREAM.includes(apiCode(error))) throw gone();
      throw natsFailure("read the journal of the run", error);
    }
  }

  /** Tells whether the server answers and the stream is there. */
  async isReachable(): Promise<boolean> {
    try {
      const manager = await this.#js.jetstreamManager(false);
      await manager.streams.info(this.#names.stream);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Publishes a message, and sends it again until it is acknowledged. Two of the
   * same do no harm.
   *
   * @returns Its sequence.
   * @throws {CapioError} If the stream is full, or gone.
   */
  async publish(
    machine: string,
    message: JournalMessage,
    signal: AbortSignal,
  ): Promise<number> {
    const bytes = encodeMessage(message);
    for (;;) {
      signal.throwIfAborted();
      try {
        const subject = this.#names.journal(machine);
        const { seq } = await this.#js.publish(subject, bytes);
        return seq;
      } catch (error) {
        const code = apiCode(error);
        if (FULL.includes(code)) throw full(error);
        if (await this.#isGone()) throw gone();
        await delay(PAUSE_MILLISECONDS, { signal });
      }
    }
  }

  /**
   * Yields all messages from the beginning, and then those that come; ends when
   * the signal aborts.
   *
   * @throws {CapioError} If the stream is gone, or an agent has another version.
   */
  async *messages(signal: AbortSignal): AsyncGenerator<StoredMessage> {
    let next = 1;
    while (!signal.aborted) {
      try {
        for await (const message of this.#consume(next, signal)) {
          next = message.seq + 1;
          const decoded = decodeMessage(message.data);
          if (!decoded) continue;
          const machine = machineOf(message.subject);
          if ("format" in decoded) throw otherFormat(machine, decoded.format);
          yield { seq: message.seq, machine, message: decoded };
        }
      } catch (error) {
        if (error instanceof CapioError) throw error;
      }
      if (signal.aborted) return;
      if (await this.#isGone()) throw gone();
      await delay(PAUSE_MILLISECONDS, { signal }).catch(() => {});
    }
  }

  async *#consume(next: number, signal: AbortSignal) {
    const { jetstream } = this.#connected.libraries;
    const consumer = await this.#js.consumers.get(this.#names.stream, {
      deliver_policy: jetstream.DeliverPolicy.StartSequence,
      opt_start_seq: next,
    });
    const messages = await consumer.consume({
      max_bytes: 4 << 20,
      expires: 5000,
      idle_heartbeat: 500,
    });
    const stop = () => messages.stop();
    signal.addEventListener("abort", stop, { once: true });
    try {
      for await (const message of messages) {
        if (signal.aborted) return;
        yield message;
      }
    } finally {
      signal.removeEventListener("abort", stop);
      messages.stop();
      await consumer.delete().catch(() => {});
    }
  }

  async #isGone(): Promise<boolean> {
    try {
      const manager = await this.#js.jetstreamManager(false);
      await manager.streams.info(this.#names.stream);
      return false;
    } catch (error) {
      return NO_STREAM.includes(apiCode(error));
    }
  }
}

function apiCode(error: unknown): number {
  if (typeof error !== "object" || error === null) return 0;
  return "code" in error && typeof error.code === "number" ? error.code : 0;
}

function full(error: unknown): CapioError {
  return new CapioError(
    "BACKEND_FAILED",
    "The journal of the run has no more space at the server: give JetStream more of it (max_file_store), or end the run with --anew",
    { cause: error },
  );
}

function gone(): CapioError {
  return new CapioError(
    "BACKEND_FAILED",
    "The run was ended: its journal is no longer at the server",
  );
}

function otherFormat(machine: string, format: number): CapioError {
  return new CapioError(
    "UNKNOWN_FORMAT",
    `The agent of machine "${machine}" must have format 1, found ${format}. Use the same version of sluice on all machines`,
  );
}
