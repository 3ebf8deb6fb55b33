import type { Connection } from "../transport/connection.ts";
import {
  decodeKeyRange,
  isEmptyRange,
  isValidRange,
  type KeyRange,
} from "../wire/key_range.ts";
import {
  encodeHeader,
  type Header,
  KEY_RANGE_BYTES,
  REQUESTS,
} from "../wire/message.ts";
import { PutDecoder } from "../wire/put_decoder.ts";
import { WireReader } from "../transport/wire_reader.ts";
import { replyRecords } from "./reply_records.ts";
import type { RecordStore } from "./record_store.ts";
import { ReplyWriter } from "./reply_writer.ts";
import { StagedRecords } from "./staged_put.ts";

/** What all connections of a server share. */
export interface Shared {
  readonly store: RecordStore;
  /** Bytes of unfinished PUTs in memory, and the most that there may be. */
  readonly memory: { readonly limit: number; held: number };
}

const RECEIVE_BYTES = 64 * 1024;
const ERROR = encodeHeader(-1);
const OK = encodeHeader(0);
const RECORDS_END = new Uint8Array(4);

/** How long, and for how much, a refused client may go on sending. */
const LINGER_MS = 2000;
const LINGER_BYTES = 64 * 2 ** 20;

/** Serves the requests of one connection until it ends, then closes it. */
export async function serveConnection(
  connection: Connection,
  shared: Shared,
): Promise<void> {
  const session = new Session(connection, shared);
  try {
    while (await session.next());
  } finally {
    connection.close();
  }
}

class Session {
  readonly #connection: Connection;
  readonly #reader: WireReader;
  readonly #shared: Shared;

  constructor(connection: Connection, shared: Shared) {
    this.#connection = connection;
    this.#reader = new WireReader(connection, RECEIVE_BYTES);
    this.#shared = shared;
  }

  /** Serves one request; `false` when there will be no more. */
  async next(): Promise<boolean> {
    const header = await this.#reader.head();
    if (header === undefined) return false;
    switch (header.code) {
      case REQUESTS.GET:
        return await this.#get(header);
      case REQUESTS.GETACQ:
        return await this.#getAcq(header);
      case REQUESTS.PUT:
        return await this.#put(header, false);
      case REQUESTS.PUTA:
        return await this.#put(header, true);
      default:
        return await this.#refuse(ERROR);
    }
  }

  async #get(header: Header): Promise<boolean> {
    const range = await this.#keyRange(header);
    if (range === undefined) return await this.#refuse(ERROR);
    if (!isValidRange(range) || isEmptyRange(range)) {
      return await this.#refuse(OK, RECORDS_END, ERROR);
    }
    using snapshot = this.#shared.store.snapshot();
    const acq = earlier(range.max.acq, snapshot.acq);
    const reply = new ReplyWriter(this.#connection);
    return await reply.write(OK) &&
      await replyRecords(snapshot, range, reply) &&
      await reply.write(RECORDS_END) &&
      await reply.write(encodeHeader(0, acq)) &&
      await reply.flush();
  }

  async #getAcq(header: Header): Promise<boolean> {
    const range = await this.#keyRange(header);
    if (range === undefined || !isValidRange(range)) {
      return await this.#refuse(ERROR);
    }
    const acq = earlier(range.max.acq, this.#shared.store.acq);
    return await this.#connection.write(encodeHeader(0, acq));
  }

  async #put(header: Header, withAcq: boolean): Promise<boolean> {
    if (!await this.#reader.discard(header.size)) return false;
    try {
      const reply = await this.#storeRecords(withAcq);
      if (reply === "lost") return false;
      if (reply === "malformed") return await this.#refuse(ERROR);
      return await this.#connection.write(reply);
    } catch (error) {
      // The disk is full, say; the client shall know, and the others go on.
      console.error("Cannot store a PUT", error);
      return await this.#refuse(ERROR);
    }
  }

  /** Stores the records that follow, and makes the reply if they are good. */
  async #storeRecords(
    withAcq: boolean,
  ): Promise<Uint8Array | "malformed" | "lost"> {
    const { store, memory } = this.#shared;
    const staged = new StagedRecords(withAcq);
    using held = new Held(memory);
    using parked = store.park();
    const ended = await this.#receive(withAcq, staged, async () => {
      held.set(staged.held);
      if (!held.tooMuch) return;
      await parked.add(staged.take());
      held.set(0);
    });
    if (ended !== "end") return ended;
    const parts = function* () {
      yield* parked.parts();
      yield* staged.take();
      yield* staged.takeLast();
    };
    const { acqMin, acqMax } = await store.put(
      parts(),
      staged.total,
      withAcq,
    );
    return withAcq
      ? encodeHeader(0, -1n, -1n)
      : encodeHeader(0, acqMin, acqMax);
  }

  /** Receives the records of a PUT; `makeRoom` is called now and then. */
  async #receive(
    withAcq: boolean,
    staged: StagedRecords,
    makeRoom: () => Promise<void>,
  ): Promise<"end" | "malformed" | "lost"> {
    const decoder = new PutDecoder(
      withAcq,
      (bytes, view, cid, keyAt, end) =>
        staged.add(bytes, view, cid, keyAt, end),
    );
    for (;;) {
      const { consumed, stop, needed } = decoder.decode(this.#reader.bytes);
      this.#reader.skip(consumed);
      if (stop !== "more") return stop;
      await makeRoom();
      if (!await this.#reader.more(needed)) return "lost";
    }
  }

  async #keyRange({ size }: Header): Promise<KeyRange | undefined> {
    if (size < KEY_RANGE_BYTES) return undefined;
    if (!await this.#reader.has(KEY_RANGE_BYTES)) return undefined;
    const range = decodeKeyRange(this.#reader.bytes);
    return await this.#reader.discard(size) ? range : undefined;
  }

  /**
   * Sends an error and ends the connection.
   *
   * What the client still sends is read and thrown away for a while: a socket
   * closed with bytes unread would take the error back.
   */
  async #refuse(...parts: Uint8Array[]): Promise<false> {
    const reply = new ReplyWriter(this.#connection);
    for (const part of parts) await reply.write(part);
    if (!await reply.flush()) return false;
    await this.#connection.closeWrite();
    using _watch = this.#connection.watch(LINGER_MS);
    await this.#reader.discard(LINGER_BYTES);
    return false;
  }
}

function earlier(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** A connection's share of the memory for unfinished PUTs. */
class Held {
  readonly #memory: Shared["memory"];
  #bytes = 0;

  constructor(memory: Shared["memory"]) {
    this.#memory = memory;
  }

  /** Whether this share must shrink so that all keep to the limit. */
  get tooMuch(): boolean {
    return this.#bytes > 0 && this.#memory.held > this.#memory.limit;
  }

  set(bytes: number): void {
    this.#memory.held += bytes - this.#bytes;
    this.#bytes = bytes;
  }

  [Symbol.dispose](): void {
    this.set(0);
  }
}
