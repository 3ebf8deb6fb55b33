import { delay } from "@std/async";
import {
  jetStreamCode,
  type NatsConnected,
  NatsError,
  natsFailure,
} from "../../../nats/mod.ts";
import { CapioError } from "../../platform/mod.ts";
import type { StoredMessage } from "../translation/mod.ts";
import { addStream } from "./replicated_stream.ts";
import {
  decodeMessage,
  encodeMessage,
  type JournalMessage,
  machineOf,
  type RunNames,
} from "../wire/mod.ts";

/** Time for one request to the server, in ms. */
const REQUEST_MILLISECONDS = 2000;
/** How long a reader may stand still where there is more to read, in ms. */
const STILL_MILLISECONDS = 2000;
/** Pause before something is tried again, in ms. */
const PAUSE_MILLISECONDS = 250;
/** The API error that says that there is no such stream. */
const NO_STREAM = 10059;
/** The API error that says that the stream itself is full. */
const STREAM_FULL = 10077;

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

  /**
   * Makes the stream; it may be there. It has as much space as the server gives:
   * with `max_bytes` a server 2.9 drops the first messages though it is told not to,
   * where the last one that fits comes close to the limit.
   *
   * @throws {NatsError} If the server cannot make it.
   */
  async create(): Promise<void> {
    const { jetstream } = this.#connected.libraries;
    try {
      await addStream(this.#connected, {
        name: this.#names.stream,
        subjects: [this.#names.journals],
        storage: jetstream.StorageType.File,
        discard: jetstream.DiscardPolicy.New,
        allow_direct: true,
      }, REQUEST_MILLISECONDS);
    } catch (error) {
      throw natsFailure("make the stream of the run", error);
    }
  }

  /** Removes the stream, if it is there, and what files are stored. */
  async remove(): Promise<void> {
    const manager = await this.#js.jetstreamManager(false);
    const { stream, store } = this.#names;
    for (const name of [stream, store]) {
      await manager.streams.delete(name).catch(() => {});
    }
  }

  /** Returns the sequence of the last message, 0 if there is none. */
  async lastSequence(): Promise<number> {
    try {
      const manager = await this.#js.jetstreamManager(false);
      const { state } = await manager.streams.info(this.#names.stream);
      return state.last_seq;
    } catch (error) {
      if (jetStreamCode(error) === NO_STREAM) throw streamGone();
      throw natsFailure("read the journal of the run", error);
    }
  }

  /** Waits until a server answers, and returns the same. */
  async untilLastSequence(signal: AbortSignal): Promise<number> {
    for (;;) {
      signal.throwIfAborted();
      try {
        return await this.lastSequence();
      } catch (error) {
        const isAway = error instanceof NatsError &&
          (error.code === "TIMEOUT" || error.code === "UNREACHABLE");
        if (!isAway) throw error;
      }
      await delay(PAUSE_MILLISECONDS, { signal });
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
   * Publishes a message, and sends it again until it is acknowledged. The server
   * stores it once; if it has forgotten that, two of the same do no harm.
   *
   * @returns Its sequence.
   * @throws {CapioError} If the stream is full, or gone.
   * @throws {NatsError} If the user lacks the permission.
   */
  async publish(
    machine: string,
    message: JournalMessage,
    signal: AbortSignal,
  ): Promise<number> {
    const bytes = encodeMessage(message);
    const subject = this.#names.journal(machine);
    const msgID = crypto.randomUUID();
    for (;;) {
      signal.throwIfAborted();
      try {
        const { seq } = await this.#js.publish(subject, bytes, { msgID });
        // A cluster may know of a message before it has a sequence.
        if (seq > 0) return seq;
      } catch (error) {
        const failure = this.#finalFailure("publish in", error);
        if (failure) throw failure;
        if (await this.isGone()) throw streamGone();
      }
      await delay(PAUSE_MILLISECONDS, { signal });
    }
  }

  /**
   * Yields all messages from the beginning, and then those that come; ends when
   * the signal aborts.
   *
   * @throws {CapioError} If the stream is gone or not complete, or an agent has
   * another version.
   * @throws {NatsError} If the user lacks the permission.
   */
  async *messages(signal: AbortSignal): AsyncGenerator<StoredMessage> {
    let next = 1;
    while (!signal.aborted) {
      try {
        for await (const message of this.#consume(next, signal)) {
          if (message.seq < next) continue;
          if (message.seq > next) throw incomplete(next, message.seq);
          next++;
          const decoded = decodeMessage(message.data);
          if (!decoded) continue;
          const machine = machineOf(message.subject);
          if ("format" in decoded) throw otherFormat(machine, decoded.format);
          yield { seq: message.seq, machine, message: decoded };
        }
      } catch (error) {
        if (error instanceof CapioError) throw error;
        const failure = this.#finalFailure("read", error);
        if (failure) throw failure;
      }
      if (signal.aborted) return;
      if (await this.isGone()) throw streamGone();
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
    let last = next - 1;
    let seen = last;
    // One whose server was killed may stand still though it says that it goes on.
    const watch = setInterval(async () => {
      if (seen !== last) return void (seen = last);
      const latest = await this.lastSequence().catch(() => 0);
      if (latest > last && seen === last) stop();
    }, STILL_MILLISECONDS);
    try {
      for await (const message of messages) {
        if (signal.aborted) return;
        last = message.seq;
        yield message;
      }
    } finally {
      clearInterval(watch);
      signal.removeEventListener("abort", stop);
      messages.stop();
      await consumer.delete().catch(() => {});
    }
  }

  /** Returns an error that trying again does not help against. */
  #finalFailure(doing: string, error: unknown): Error | undefined {
    const failure = natsFailure(`${doing} the journal of the run`, error);
    const isTooLarge = error instanceof Error &&
      error.name === "InvalidArgumentError";
    if (isTooLarge) return failure;
    if (!(failure instanceof NatsError)) return undefined;
    switch (failure.code) {
      case "FULL":
        return full(this.#names.stream, error);
      case "NO_PERMISSION":
        return failure;
      case "CONFLICT":
      case "NO_JETSTREAM":
      case "REFUSED":
      case "TIMEOUT":
      case "TLS":
      case "UNREACHABLE":
        return undefined;
    }
  }

  /** Tells whether there is no such stream, as far as the server answers. */
  async isGone(): Promise<boolean> {
    try {
      const manager = await this.#js.jetstreamManager(false);
      await manager.streams.info(this.#names.stream);
      return false;
    } catch (error) {
      return jetStreamCode(error) === NO_STREAM;
    }
  }
}

function full(stream: string, error: unknown): CapioError {
  const setting = jetStreamCode(error) === STREAM_FULL
    ? `the stream has its "max_bytes": raise them, for instance with nats stream edit ${stream} --max-bytes`
    : `JetStream has no more space for it: raise "max_file_store" of the server, or the limit of the account`;
  return new CapioError(
    "BACKEND_FAILED",
    `Cannot publish in the journal of the run, which is kept whole while the run lives: ${setting}`,
    { cause: error },
  );
}

function incomplete(expected: number, found: number): CapioError {
  return new CapioError(
    "BACKEND_FAILED",
    `The server has lost a part of the journal of the run: message ${expected} was expected, found ${found}. End the run with --anew`,
  );
}

/** The error of a run that has no stream any more. */
export function streamGone(): CapioError {
  return new CapioError(
    "MACHINE_LOST",
    "The run has ended without this machine: its journal is no longer at the server",
  );
}

function otherFormat(machine: string, format: number): CapioError {
  return new CapioError(
    "UNKNOWN_FORMAT",
    `The agent of machine "${machine}" must have format 1, found ${format}. Use the same version of sluice on all machines`,
  );
}
