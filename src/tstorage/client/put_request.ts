import type { Connection } from "../transport/connection.ts";
import type { Turn } from "./request_queue.ts";
import { WireReader } from "../transport/wire_reader.ts";
import { ResponseStatus } from "./response.ts";
import { encodeHeader, HEADER_BYTES, REQUESTS } from "../wire/message.ts";
import { GROUPS_END } from "../wire/put_record.ts";

const REPLY_BYTES = HEADER_BYTES + 16;

interface Reply {
  readonly status: ResponseStatus;
  /** Whether the connection stands at the end of the reply. */
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
    // Read from the start: a server that refuses answers before the end, and
    // what it said is lost once a write has failed.
    this.#reply = this.#readReply().then((reply) => {
      this.#answered = true;
      return reply;
    });
  }

  /** Sends a part; `false` when there is no use in sending more. */
  async write(part: Uint8Array): Promise<boolean> {
    if (this.#connection === undefined || this.#answered) return false;
    const answered = this.#reply.then(() => false);
    return await Promise.race([this.#connection.write(part), answered]);
  }

  /** Says that it was all, and how the server takes it. */
  async finish(): Promise<ResponseStatus> {
    const whole = await this.write(GROUPS_END);
    using _expected = this.#connection?.expect();
    const { status, atEnd } = await this.#reply;
    this.#end(whole && atEnd);
    // A server cannot have stored what it had not got yet.
    return !whole && status === ResponseStatus.OK
      ? ResponseStatus.ERROR
      : status;
  }

  /** Breaks off, so that the server stores nothing of it. */
  abort(): void {
    this.#end(false);
  }

  async #readReply(): Promise<Reply> {
    const lost = { status: ResponseStatus.DISCONNECTED, atEnd: false };
    const connection = this.#connection;
    if (connection === undefined) return lost;
    // Nothing is due before the end, however long the writer takes.
    const source = { read: (into: Uint8Array) => connection.listen(into) };
    const reader = new WireReader(source, REPLY_BYTES);
    const header = await reader.header(2);
    if (header === undefined) return lost;
    const atEnd = reader.bytes.length === 0;
    const { code, body } = header;
    if (code !== 0) return { status: ResponseStatus.ERROR, atEnd };
    return body.length === 2
      ? { status: ResponseStatus.OK, atEnd }
      : { status: ResponseStatus.ERROR, atEnd: false };
  }

  #end(usable: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#turn.end(usable);
  }
}
