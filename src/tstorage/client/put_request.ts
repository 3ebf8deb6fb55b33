import {
  type ByteInput,
  type Connection,
  WireReader,
} from "../transport/mod.ts";
import {
  encodeHeader,
  GROUPS_END,
  HEADER_BYTES,
  INTEGER_BYTES,
  REQUESTS,
} from "../wire/mod.ts";
import type { Turn } from "./request_queue.ts";
import { ResponseStatus } from "../wire/mod.ts";

/** The body of a reply: the first and the last acquisition time. */
const REPLY_INTEGERS = 2;
const REPLY_BYTES = HEADER_BYTES + INTEGER_BYTES * REPLY_INTEGERS;

/** Milliseconds for the answer of a server that has stopped receiving. */
const ANSWER_GRACE = 2000;

interface Reply {
  readonly status: ResponseStatus;
  /** Whether no bytes behind the reply have come. */
  readonly atEnd: boolean;
}

/** A PUT or PUTA whose groups are sent part by part. */
export class PutRequest {
  readonly #turn: Turn;
  readonly #connection: Connection | undefined;
  readonly #reply: Promise<Reply>;
  #answered = false;
  #ended = false;

  /** Sends the head of the request. */
  static async start(turn: Turn, withAcq: boolean): Promise<PutRequest> {
    const request = new PutRequest(turn);
    await request.write(encodeHeader(withAcq ? REQUESTS.PUTA : REQUESTS.PUT));
    return request;
  }

  private constructor(turn: Turn) {
    this.#turn = turn;
    this.#connection = turn.connection;
    // Read from the start: a server that refuses a PUT answers before its end,
    // and the answer is lost once a write has failed.
    this.#reply = this.#readReply().then((reply) => {
      this.#answered = true;
      return reply;
    });
  }

  /** Why the connection was lost. */
  get loss(): unknown {
    return this.#turn.loss;
  }

  /** Sends a part; `false` when sending more is of no use. */
  async write(part: Uint8Array): Promise<boolean> {
    if (this.#connection === undefined || this.#answered) return false;
    const answered = this.#reply.then(() => false);
    return await Promise.race([this.#connection.write(part), answered]);
  }

  /** Sends the end and waits for the outcome. */
  async finish(): Promise<ResponseStatus> {
    const whole = await this.write(GROUPS_END);
    using _expected = this.#connection?.expect();
    // The peer takes no more, so that its answer is on its way, or never comes.
    using _watch = whole ? undefined : this.#connection?.watch(ANSWER_GRACE);
    const { status, atEnd } = await this.#reply;
    this.#end(whole && atEnd);
    // A server cannot have stored records that it has not received.
    return !whole && status === ResponseStatus.OK
      ? ResponseStatus.ERROR
      : status;
  }

  /** Breaks off, so that the server stores none of the records. */
  abort(): void {
    this.#end(false);
  }

  async #readReply(): Promise<Reply> {
    const lost = { status: ResponseStatus.DISCONNECTED, atEnd: false };
    const connection = this.#connection;
    if (connection === undefined) return lost;
    // No reply is due before the end, however long the writer takes.
    const input: ByteInput = { read: (into) => connection.listen(into) };
    const reader = new WireReader(input, REPLY_BYTES);
    const header = await reader.header(REPLY_INTEGERS);
    if (header === undefined) return lost;
    const atEnd = reader.bytes.length === 0;
    const { code, body } = header;
    if (code !== 0) return { status: ResponseStatus.ERROR, atEnd };
    return body.length === REPLY_INTEGERS
      ? { status: ResponseStatus.OK, atEnd }
      : { status: ResponseStatus.ERROR, atEnd: false };
  }

  #end(usable: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#turn.end(usable);
  }
}
