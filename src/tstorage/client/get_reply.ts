import { type ByteInput, WireReader } from "../transport/mod.ts";
import { isPossibleRecord, type RecordDecoder } from "../wire/mod.ts";
import { ResponseAcq } from "./response.ts";
import { ResponseStatus } from "../wire/mod.ts";

/** Limits of reading a GET's answer. */
export interface GetReplyOptions {
  /** Bytes of the buffer that the answer is received in. */
  readonly recvBufferSize: number;
  /** The most bytes of a record, and of what is held at once. */
  readonly memoryLimit: number;
  /** The most bytes of the whole answer. */
  readonly totalLimit: number;
}

/**
 * The answer to a GET, read as far as the caller asks for: chunks of records,
 * then the outcome of the request.
 */
export class GetReply<C> {
  readonly #reader: WireReader;
  readonly #decode: RecordDecoder<C>;
  readonly #memoryLimit: number;
  #stage: "header" | "records" | "final" = "header";
  #decoded = 0;
  #overBudget = false;
  #end: ResponseAcq | undefined;

  /** Reads from a connection on which a GET has been sent. */
  constructor(
    connection: ByteInput,
    decode: RecordDecoder<C>,
    { recvBufferSize, memoryLimit, totalLimit }: GetReplyOptions,
  ) {
    const capacity = Math.min(recvBufferSize, memoryLimit);
    this.#reader = new WireReader(connection, capacity, totalLimit);
    this.#decode = decode;
    this.#memoryLimit = memoryLimit;
  }

  /** Bytes of the records so far. */
  get decoded(): number {
    return this.#decoded;
  }

  /** Whether no bytes behind the answer have come. */
  get atEnd(): boolean {
    return this.#reader.bytes.length === 0;
  }

  /**
   * Reads the next records, at most `budget` bytes of them and at least one,
   * or, after the last one, the outcome of the request.
   *
   * @returns `undefined` if the next record needs more than `budget`.
   */
  async next(
    budget: number = this.#memoryLimit,
  ): Promise<C | ResponseAcq | undefined> {
    while (this.#end === undefined) {
      switch (this.#stage) {
        case "header":
          await this.#header();
          break;
        case "records": {
          const chunk = await this.#records(budget);
          if (chunk !== undefined) return chunk;
          if (this.#overBudget && this.#end === undefined) return undefined;
          break;
        }
        case "final":
          await this.#finalHeader();
          break;
        default:
          this.#stage satisfies never;
      }
    }
    return this.#end;
  }

  async #header(): Promise<void> {
    const header = await this.#reader.header(0);
    if (header === undefined) this.#lost();
    else if (header.code !== 0) this.#ended(ResponseStatus.BAD_REQUEST);
    else this.#stage = "records";
  }

  async #records(budget: number): Promise<C | undefined> {
    const { chunk, consumed, stop, needed } = this.#decode(
      this.#reader.bytes,
      budget,
    );
    this.#reader.skip(consumed);
    this.#decoded += consumed;
    this.#overBudget = stop === "more" && needed > budget;
    switch (stop) {
      case "end":
        this.#stage = "final";
        break;
      case "unparseable":
        this.#ended(ResponseStatus.UNPARSEABLE_ENTITY);
        break;
      case "more":
        if (chunk === undefined) await this.#more(needed);
        break;
      default:
        stop satisfies never;
    }
    return chunk;
  }

  async #more(needed: number): Promise<void> {
    if (needed > this.#memoryLimit) this.#ended(ResponseStatus.NO_MEMORY);
    else if (!isPossibleRecord(needed)) {
      this.#ended(ResponseStatus.UNPARSEABLE_ENTITY);
    } else if (!this.#overBudget && !await this.#reader.more(needed)) {
      this.#lost();
    }
  }

  async #finalHeader(): Promise<void> {
    const header = await this.#reader.header(1);
    if (header === undefined) return this.#lost();
    const [acq] = header.body;
    if (header.code === 0 && acq !== undefined) {
      this.#end = new ResponseAcq(ResponseStatus.OK, acq);
    } else this.#ended(ResponseStatus.ERROR);
  }

  #lost(): void {
    this.#ended(
      this.#reader.limited
        ? ResponseStatus.NO_MEMORY
        : ResponseStatus.DISCONNECTED,
    );
  }

  #ended(status: ResponseStatus): void {
    this.#end = new ResponseAcq(status);
  }
}
