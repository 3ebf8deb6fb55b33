import { viewOf, WHOLE_KEY } from "../data/mod.ts";
import {
  decodeHeader,
  type Header,
  HEADER_BYTES,
  INTEGER_BYTES,
} from "../wire/mod.ts";
import { ReceiveBuffer } from "./receive_buffer.ts";

/** A source that is read into buffers of its reader. */
export interface ByteInput {
  /**
   * Fills the start of `into`, whose buffer may move, and returns the bytes:
   * at least one unless the source has ended.
   */
  read(into: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

/** The least capacity of a buffer: the head of a record must fit. */
const LEAST_CAPACITY = 2 * WHOLE_KEY.size;

/** Reads from a connection: headers whole, other bytes as they come. */
export class WireReader {
  readonly #input: ByteInput;
  readonly #buffer: ReceiveBuffer;
  #left: number;

  /** Reads at most `limit` bytes, into a buffer that starts with `capacity`. */
  constructor(input: ByteInput, capacity: number, limit = Infinity) {
    this.#input = input;
    this.#buffer = new ReceiveBuffer(Math.max(capacity, LEAST_CAPACITY));
    this.#left = limit;
  }

  /** The bytes that were received and not consumed yet. */
  get bytes(): Uint8Array {
    return this.#buffer.bytes;
  }

  /** Whether the limit is reached, so that nothing more is read. */
  get limited(): boolean {
    return this.#left === 0;
  }

  /** Consumes `count` bytes. */
  skip(count: number): void {
    this.#buffer.skip(count);
  }

  /** Bytes that are allocated when {@linkcode more} waits for so many. */
  allocatedFor(needed: number): number {
    return this.#buffer.allocatedFor(needed);
  }

  /**
   * Waits for more bytes; `false` if there will be none, or the limit is
   * reached.
   *
   * @param needed The number of bytes that must be in the buffer at once.
   */
  async more(needed: number): Promise<boolean> {
    const space = this.#buffer.space(needed);
    const wanted = Math.min(space.length, this.#left);
    if (wanted === 0) return false;
    const filled = await this.#input.read(space.subarray(0, wanted));
    this.#buffer.added(filled);
    this.#left -= filled.length;
    return filled.length > 0;
  }

  /** Reads a header and leaves its body to be read. */
  async head(): Promise<Header | undefined> {
    if (!await this.has(HEADER_BYTES)) return undefined;
    const header = decodeHeader(this.bytes);
    this.skip(HEADER_BYTES);
    return header;
  }

  /**
   * Reads a header and the first `integers` 64-bit integers of its body, fewer
   * if it is shorter; skips the rest of the body.
   */
  async header(
    integers: number,
  ): Promise<Header & { readonly body: bigint[] } | undefined> {
    const header = await this.head();
    if (header === undefined) return undefined;
    const known = Math.min(header.size, INTEGER_BYTES * integers);
    if (!await this.has(known)) return undefined;
    const view = viewOf(this.bytes);
    const body: bigint[] = [];
    for (let at = 0; at + INTEGER_BYTES <= known; at += INTEGER_BYTES) {
      body.push(view.getBigInt64(at, true));
    }
    return await this.discard(header.size) ? { ...header, body } : undefined;
  }

  /** Waits until `count` bytes are there; `false` if they do not come. */
  async has(count: number): Promise<boolean> {
    while (this.#buffer.length < count) {
      if (!await this.more(count)) return false;
    }
    return true;
  }

  /** Waits for `count` bytes and skips them; `false` if they do not come. */
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
