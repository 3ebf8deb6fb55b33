import {
  encodeKeyRangeRequest,
  type KeyRange,
  type RecordDecoder,
  REQUESTS,
} from "../wire/mod.ts";
import { GetReply, type GetReplyOptions } from "./get_reply.ts";
import type { RequestQueue, Turn } from "./request_queue.ts";
import { ResponseAcq } from "./response.ts";
import { ResponseStatus } from "../wire/mod.ts";

/** Options of a {@linkcode GetRequest}. */
export interface GetRequestOptions extends GetReplyOptions {
  /** Milliseconds without progress that close the connection. */
  readonly timeout: number;
  /** Cancels the request when it aborts. */
  readonly signal?: AbortSignal;
}

/** A GET that was sent. */
interface Running<C> {
  readonly turn: Turn;
  readonly reply: GetReply<C>;
}

/** A GET, sent when the caller asks for its first records. */
export class GetRequest<C> {
  readonly #queue: RequestQueue;
  readonly #request: Uint8Array;
  readonly #decode: RecordDecoder<C>;
  readonly #options: GetRequestOptions;
  readonly #done = Promise.withResolvers<ResponseAcq>();
  readonly #cancelled = new AbortController();
  #turn: Turn | undefined;
  #running: Running<C> | undefined;
  #end: ResponseAcq | undefined;
  #isAborted = false;

  /**
   * Prepares a GET of the records in a range.
   *
   * @throws {TypeError} If the range does not consist of keys.
   */
  constructor(
    queue: RequestQueue,
    range: KeyRange,
    decode: RecordDecoder<C>,
    options: GetRequestOptions,
  ) {
    this.#queue = queue;
    // Encoded here, so that what is not a key fails before anything waits.
    this.#request = encodeKeyRangeRequest(REQUESTS.GET, range);
    this.#decode = decode;
    this.#options = options;
  }

  /** The outcome of the request; never rejects. */
  get done(): Promise<ResponseAcq> {
    return this.#done.promise;
  }

  /** Bytes of the records so far. */
  get decoded(): number {
    return this.#running?.reply.decoded ?? 0;
  }

  /**
   * The same as {@linkcode GetReply.next}; a failure closes the connection.
   *
   * @throws The reason of the signal, if it has aborted; what the payload type
   * throws.
   */
  async next(budget?: number): Promise<C | ResponseAcq | undefined> {
    if (this.#end === undefined) this.#running ??= await this.#start();
    if (this.#isAborted) throw this.#options.signal?.reason;
    if (this.#end !== undefined) return this.#end;
    if (this.#running === undefined) {
      return this.#finish(new ResponseAcq(ResponseStatus.DISCONNECTED));
    }
    let next;
    try {
      next = await this.#running.reply.next(budget);
    } catch (error) {
      // The caller's payload type has thrown; the next request must go on.
      this.cancel();
      throw error;
    }
    if (this.#isAborted) throw this.#options.signal?.reason;
    return next instanceof ResponseAcq ? this.#finish(next) : next;
  }

  /**
   * Gives up. If the request was sent this closes the connection: the protocol
   * has no other way to end an answer.
   */
  cancel(): void {
    this.#cancelled.abort();
    this.#finish(new ResponseAcq(ResponseStatus.DISCONNECTED));
  }

  readonly #aborted = () => {
    this.#isAborted = true;
    this.cancel();
  };

  async #start(): Promise<Running<C> | undefined> {
    const { signal } = this.#options;
    signal?.addEventListener("abort", this.#aborted);
    if (signal?.aborted) this.#aborted();
    const turn = this.#turn = await this.#waitForTurn();
    if (turn === undefined) return undefined;
    const { connection } = turn;
    if (this.#end !== undefined || connection === undefined) {
      turn.end(connection !== undefined);
      return undefined;
    }
    try {
      const reply = new GetReply(connection, this.#decode, this.#options);
      const sent = await connection.write(this.#request);
      if (sent && this.#end === undefined) return { turn, reply };
    } catch (error) {
      // There is no memory for the buffer; the next request must go on.
      turn.end(true);
      throw error;
    }
    turn.end(false);
    return undefined;
  }

  async #waitForTurn(): Promise<Turn | undefined> {
    const { signal } = this.#cancelled;
    try {
      return await this.#queue.turn(this.#options.timeout, signal);
    } catch {
      return undefined;
    }
  }

  #finish(end: ResponseAcq): ResponseAcq {
    if (this.#end !== undefined) return this.#end;
    this.#end = this.#explained(end);
    this.#options.signal?.removeEventListener("abort", this.#aborted);
    const { turn, reply } = this.#running ?? {};
    turn?.end(end.isOk() && reply?.atEnd === true);
    this.#done.resolve(this.#end);
    return this.#end;
  }

  /** The outcome of a GET, and why the connection was lost if it was. */
  #explained({ status, acq }: ResponseAcq): ResponseAcq {
    const request = "GET";
    if (status !== ResponseStatus.DISCONNECTED) {
      return new ResponseAcq(status, acq, { request });
    }
    const cause = this.#turn?.loss ??
      new DOMException("The request was cancelled here", "AbortError");
    return new ResponseAcq(status, acq, { request, cause });
  }
}
