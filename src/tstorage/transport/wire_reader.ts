import type { ByteSource } from "./connection.ts";
import {
  decodeHeader,
  type Header,
  HEADER_BYTES,
  viewOf,
} from "../wire/message.ts";
import { ReceiveBuffer } from "./receive_buffer.ts";

/** A buffer must at least hold a record without a payload. */
const LEAST_CAPACITY = 64;

/** Reads what a connection brings: headers whole, and bytes as they come. */
export class WireReader {
  readonly #connection: ByteSource;
  readonly #buffer: ReceiveBuffer;
  #left: number;

  /** Reads at most `limit` bytes, into a buffer that starts with `capacity`. */
  constructor(connection: ByteSource, capacity: number, limit = Infinity) {
    this.#connection = connection;
    this.#buffer = new ReceiveBuffer(Math.max(capacity, LEAST_CAPACITY));
    this.#left = limit;
  }

  /** The bytes that have come and are not read yet. */
  get bytes(): Uint8Array {
    return this.#buffer.bytes;
  }

  /** Whether there may be more to come than the limit allows. */
  get limited(): boolean {
    return this.#left === 0;
  }

  /** Takes `count` bytes as read. */
  skip(count: number): void {
    this.#buffer.skip(count);
  }

  /**
   * Waits for more bytes; `false` if none will come, or none may.
   *
   * @param needed How many bytes are to stand together.
   */
  async more(needed: number): Promise<boolean> {
    const room = this.#buffer.room(needed);
    const wanted = Math.min(room.length, this.#left);
    if (wanted === 0) return false;
    const count = await this.#connection.read(room.subarray(0, wanted));
    this.#buffer.added(count);
    this.#left -= count;
    return count > 0;
  }

  /** A header, whose body is still to be read. */
  async head(): Promise<Header | undefined> {
    if (!await this.has(HEADER_BYTES)) return undefined;
    const header = decodeHeader(this.bytes);
    this.skip(HEADER_BYTES);
    return header;
  }

  /**
   * A header and the first `integers` 64-bit integers of its body, fewer if it
   * is shorter; the rest of the body is skipped.
   */
  async header(
    integers: number,
  ): Promise<Header & { readonly body: bigint[] } | undefined> {
    const header = await this.head();
    if (header === undefined) return undefined;
    const known = Math.min(header.size, 8 * integers);
    if (!await this.has(known)) return undefined;
    const view = viewOf(this.bytes);
    const body: bigint[] = [];
    for (let at = 0; at + 8 <= known; at += 8) {
      body.push(view.getBigInt64(at, true));
    }
    return await this.discard(header.size) ? { ...header, body } : undefined;
  }

  /** Waits until `count` bytes stand together; `false` if they do not come. */
  async has(count: number): Promise<boolean> {
    while (this.#buffer.length < count) {
      if (!await this.more(count)) return false;
    }
    return true;
  }

  /** Skips `count` bytes, whenever they come. */
  async discard(count: number): Promise<boolean> {
    for (let left = count; left > 0;) {
      if (this.#buffer.length === 0 && !await this.more(1)) return false;
      const skipped = Math.min(left, this.#buffer.length);
      this.skip(skipped);
      left -= skipped;
    }
    return true;
  }
}
