import type { Exchange, Turn } from "./request_queue.ts";
import { GetReply, type GetReplyOptions } from "./get_reply.ts";
import { ResponseAcq, ResponseStatus } from "./response.ts";
import { encodeKeyRangeRequest, type KeyRange } from "../wire/key_range.ts";
import { REQUESTS } from "../wire/message.ts";
import type { RecordDecoder } from "../wire/record_decoder.ts";

/** A GET, sent when its first records are asked for. */
export class GetRequest<C> {
  readonly #exchange: Exchange;
  readonly #request: Uint8Array;
  readonly #decode: RecordDecoder<C>;
  readonly #options: GetReplyOptions & { readonly timeout: number };
  readonly #done = Promise.withResolvers<ResponseAcq>();
  #running: { readonly turn: Turn; readonly reply: GetReply<C> } | undefined;
  #end: ResponseAcq | undefined;

  /** Prepares a GET of the records in a range. */
  constructor(
    exchange: Exchange,
    range: KeyRange,
    decode: RecordDecoder<C>,
    options: GetReplyOptions & { readonly timeout: number },
  ) {
    this.#exchange = exchange;
    // Here, where keys that are none fail before anything waits for its turn.
    this.#request = encodeKeyRangeRequest(REQUESTS.GET, range);
    this.#decode = decode;
    this.#options = options;
  }

  /** How the request ended, once it has. */
  get done(): Promise<ResponseAcq> {
    return this.#done.promise;
  }

  /** As {@linkcode GetReply.next}; after a failure the connection is closed. */
  async next(budget?: number): Promise<C | ResponseAcq | undefined> {
    if (this.#end !== undefined) return this.#end;
    this.#running ??= await this.#start() ?? undefined;
    if (this.#running === undefined) {
      return this.#finish(new ResponseAcq(ResponseStatus.DISCONNECTED));
    }
    try {
      const next = await this.#running.reply.next(budget);
      return next instanceof ResponseAcq ? this.#finish(next) : next;
    } catch (error) {
      // A payload type of the caller's has thrown; the next request must go on.
      this.cancel();
      throw error;
    }
  }

  /** Gives up; what is left of the answer can only go with the connection. */
  cancel(): void {
    this.#finish(new ResponseAcq(ResponseStatus.DISCONNECTED));
  }

  async #start() {
    const turn = await this.#exchange.turn(this.#options.timeout);
    const { connection } = turn;
    if (this.#end !== undefined) return turn.end(true);
    if (connection === undefined) return turn.end(false);
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
  }

  #finish(end: ResponseAcq): ResponseAcq {
    if (this.#end !== undefined) return this.#end;
    this.#end = end;
    const { turn, reply } = this.#running ?? {};
    turn?.end(end.isOk() && reply?.atEnd === true);
    this.#done.resolve(end);
    return end;
  }
}
