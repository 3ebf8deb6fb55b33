import { LENGTH_BYTES } from "../data/mod.ts";
import { type Connection, WireReader } from "../transport/mod.ts";
import {
  decodeKeyRange,
  encodeHeader,
  type Header,
  isEmptyRange,
  isRequestType,
  isValidRange,
  KEY_RANGE_BYTES,
  type KeyRange,
  PutDecoder,
  REQUESTS,
  ResponseStatus,
} from "../wire/mod.ts";
import type { RecordStore } from "./record_store.ts";
import { replyRecords } from "./reply_records.ts";
import { ReplyWriter } from "./reply_writer.ts";
import type { SharedMemory } from "./shared_memory.ts";
import { UnfinishedPut } from "./unfinished_put.ts";

/** The store and the memory that all sessions of a server share. */
export interface Shared {
  readonly store: RecordStore;
  readonly memory: SharedMemory;
}

const RECEIVE_BYTES = 64 * 1024;
const ERROR = encodeHeader(ResponseStatus.ERROR);
const OK = encodeHeader(ResponseStatus.OK);
/** A length of 0 ends the records of a GET. */
const RECORDS_END = new Uint8Array(LENGTH_BYTES);

/** For how long, and how much, a session that ends still receives. */
const LINGER_MS = 2000;
const LINGER_BYTES = 64 * 2 ** 20;

/**
 * Refuses a connection with an error, as a request on it would be, and closes
 * it.
 */
export async function refuseSession(
  connection: Connection,
  shared: Shared,
): Promise<void> {
  try {
    await new Session(connection, shared).refuse();
  } finally {
    connection.close();
  }
}

/** Serves the requests of one connection until it ends, then closes it. */
export async function serveSession(
  connection: Connection,
  shared: Shared,
): Promise<void> {
  const session = new Session(connection, shared);
  try {
    while (await session.next());
    await session.end();
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
    const { code } = header;
    if (!isRequestType(code)) return await this.#refuse(ERROR);
    switch (code) {
      case REQUESTS.GET:
        return await this.#get(header);
      case REQUESTS.GETACQ:
        return await this.#getAcq(header);
      case REQUESTS.PUT:
        return await this.#put(header, false);
      case REQUESTS.PUTA:
        return await this.#put(header, true);
    }
  }

  /** Answers whatever comes with an error. */
  async refuse(): Promise<void> {
    await this.#refuse(ERROR);
  }

  /** Sends the end of the answers, so that the client gets all of them. */
  async end(): Promise<void> {
    using _watch = this.#connection.watch(LINGER_MS);
    await this.#connection.closeWrite();
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
      await reply.write(encodeHeader(ResponseStatus.OK, acq)) &&
      await reply.flush();
  }

  async #getAcq(header: Header): Promise<boolean> {
    const range = await this.#keyRange(header);
    if (range === undefined || !isValidRange(range)) {
      return await this.#refuse(ERROR);
    }
    const acq = earlier(range.max.acq, this.#shared.store.acq);
    return await this.#connection.write(encodeHeader(ResponseStatus.OK, acq));
  }

  async #put(header: Header, withAcq: boolean): Promise<boolean> {
    if (!await this.#reader.discard(header.size)) return false;
    try {
      const reply = await this.#storeRecords(withAcq);
      if (reply === "lost") return false;
      if (reply === "malformed") return await this.#refuse(ERROR);
      return await this.#connection.write(reply);
    } catch (error) {
      // Say the disk is full: the client is told, and the others go on.
      console.error("Cannot store a PUT", error);
      return await this.#refuse(ERROR);
    }
  }

  /** Receives the records of a PUT, stores them and returns the reply. */
  async #storeRecords(
    withAcq: boolean,
  ): Promise<Uint8Array | "malformed" | "lost"> {
    const { store, memory } = this.#shared;
    await using put = new UnfinishedPut(withAcq, memory, store.spill());
    const ended = await this.#receive(withAcq, put);
    if (ended !== "end") return ended;
    const { acqMin, acqMax } = await store.put(
      await put.finish(),
      put.records.total,
      withAcq,
    );
    return withAcq
      ? encodeHeader(ResponseStatus.OK, -1n, -1n)
      : encodeHeader(ResponseStatus.OK, acqMin, acqMax);
  }

  /** Receives the records of a PUT. */
  async #receive(
    withAcq: boolean,
    put: UnfinishedPut,
  ): Promise<"end" | "malformed" | "lost"> {
    const { records } = put;
    const decoder = new PutDecoder(
      withAcq,
      (bytes, view, cid, keyAt, end) =>
        records.add(bytes, view, cid, keyAt, end),
    );
    for (;;) {
      const { consumed, stop, needed } = decoder.decode(this.#reader.bytes);
      this.#reader.skip(consumed);
      if (stop !== "more") return stop;
      const allocated = this.#reader.allocatedFor(needed);
      if (!await put.makeRoom(Math.max(0, allocated - RECEIVE_BYTES))) {
        throw new Error(
          `A record of ${needed} bytes does not fit into "memoryLimit" beside those of other connections: raise it, or send smaller records`,
        );
      }
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
   * For a while, reads and discards what the client still sends: a socket that
   * is closed with unread bytes would lose the error.
   */
  async #refuse(...parts: Uint8Array[]): Promise<false> {
    const reply = new ReplyWriter(this.#connection);
    for (const part of parts) await reply.write(part);
    if (!await reply.flush()) return false;
    await this.end();
    using _watch = this.#connection.watch(LINGER_MS);
    await this.#reader.discard(LINGER_BYTES);
    return false;
  }
}

function earlier(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
