import type { BatchInput } from "../data/columns_payload_type.ts";
import { TStorageError } from "./tstorage_error.ts";
import type { Exchange } from "./request_queue.ts";
import type { PayloadType } from "../data/payload_type.ts";
import { PutRequest } from "./put_request.ts";
import type { Record } from "../data/record.ts";
import { ResponseStatus } from "./response.ts";
import { GroupBuffer } from "../wire/group_buffer.ts";
import { MAX_PAYLOAD_BYTES } from "../wire/message.ts";
import { putRecordBytes } from "../wire/put_record.ts";

/** Sends records and batches as one PUT, or PUTA if `withAcq`. */
export class PutSink<T, B>
  implements UnderlyingSink<Record<T> | BatchInput<B>> {
  readonly #exchange: Exchange;
  readonly #payloadType: PayloadType<T, B>;
  readonly #withAcq: boolean;
  readonly #timeout: number;
  readonly #buffer: GroupBuffer;
  #request: PutRequest | undefined;
  readonly #abortion = Promise.withResolvers<void>();
  #aborted = false;

  constructor(
    exchange: Exchange,
    payloadType: PayloadType<T, B>,
    withAcq: boolean,
    timeout: number,
  ) {
    this.#exchange = exchange;
    this.#payloadType = payloadType;
    this.#withAcq = withAcq;
    this.#timeout = timeout;
    this.#buffer = new GroupBuffer(withAcq);
  }

  start(controller: WritableStreamDefaultController): void {
    // An abort must not wait for a write that the server does not take.
    controller.signal.addEventListener("abort", () => this.abort());
  }

  /** Returns nothing when nothing was to be waited for, which is far quicker. */
  write(chunk: Record<T> | BatchInput<B>): Promise<void> | void {
    try {
      const writing = isRecord(chunk)
        ? this.#writeRecord(chunk)
        : this.#writeBatch(chunk);
      return writing?.catch((error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  async close(): Promise<void> {
    await this.#send();
    const status = await this.#request?.finish();
    if (status !== ResponseStatus.OK) {
      throw this.#failure(status);
    }
  }

  abort(): void {
    this.#aborted = true;
    this.#abortion.resolve();
    this.#request?.abort();
  }

  /** A stream that fails is not aborted as well, so the request ends here. */
  #fail(error: unknown): never {
    this.abort();
    throw error;
  }

  #writeRecord({ key, value }: Record<T>): Promise<void> | void {
    const payload = checkedPayload(this.#payloadType, value);
    checkCid(key.cid);
    const count = putRecordBytes(payload, this.#withAcq);
    if (this.#buffer.fits(count)) return this.#buffer.add(key, payload);
    return this.#send().then(() => this.#buffer.add(key, payload));
  }

  async #writeBatch(batch: BatchInput<B>): Promise<void> {
    const { columns } = this.#payloadType;
    if (columns === undefined) {
      throw new TypeError(
        "Cannot write a batch: the channel's payload type has no columns, use ColumnsPayloadType",
      );
    }
    const cid = columns.check(batch, this.#withAcq);
    for (const each of cid) checkCid(each);
    for (let from = 0; from < cid.length;) {
      const count = this.#buffer.addRun(columns, batch, cid, from);
      if (count === 0) await this.#send();
      from += count;
    }
  }

  async #send(): Promise<void> {
    this.#request ??= await this.#start();
    if (await this.#request.write(this.#buffer.take())) return;
    throw this.#failure(await this.#request.finish());
  }

  async #start(): Promise<PutRequest> {
    const turn = this.#exchange.turn(this.#timeout);
    await Promise.race([turn, this.#abortion.promise]);
    if (this.#aborted) {
      // Nothing of it was sent, so the connection is as good as before.
      turn.then((turn) => turn.end(true));
      throw this.#failure();
    }
    const request = await PutRequest.start(await turn, this.#withAcq);
    if (this.#aborted) request.abort();
    return request;
  }

  #failure(status: ResponseStatus = ResponseStatus.DISCONNECTED) {
    return new TStorageError(status, this.#withAcq ? "PUTA" : "PUT");
  }
}

/** The bytes of a value; throws a `RangeError` if there are too many. */
export function checkedPayload<T>(
  payloadType: PayloadType<T, unknown>,
  value: T,
): Uint8Array {
  const payload = payloadType.toBytes(value);
  if (payload.length <= MAX_PAYLOAD_BYTES) return payload;
  throw new RangeError(
    `Expected a payload of at most ${MAX_PAYLOAD_BYTES} bytes, found ${payload.length}`,
  );
}

function checkCid(cid: number): void {
  if (cid >= 0) return;
  throw new RangeError(
    `Expected the cid of a record to be 0 or more, found ${cid}`,
  );
}

function isRecord<T, B>(
  chunk: Record<T> | BatchInput<B>,
): chunk is Record<T> {
  return "key" in chunk && "value" in chunk && !("cid" in chunk);
}
