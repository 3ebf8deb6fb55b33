import type { GetRequest } from "./get_request.ts";
import { ResponseAcq } from "./response.ts";
import { ResponseStatus } from "../wire/mod.ts";
import { TStorageError } from "../wire/mod.ts";

/**
 * The records of a GET as a stream, and the outcome of the request.
 *
 * The request is sent when the stream is first read, and waits for the reader
 * from then on. Cancelling closes the channel's connection.
 *
 * @example Usage
 * ```ts
 * import { Channel, Key, StructPayloadType } from "@sluice/sluice/tstorage";
 *
 * const type = new StructPayloadType("<d");
 * await using channel = await Channel.open("localhost", 2025, type);
 * const stream = channel.records(Key.MIN, Key.MAX);
 * for await (const { key, value } of stream) console.log(key.mid, value);
 * const { acq } = await stream.done;
 * ```
 */
export class ReplyStream<T> extends ReadableStream<T> {
  /** The outcome of the request; never rejects, even if the stream fails. */
  readonly done: Promise<ResponseAcq>;

  /**
   * A stream and the outcome of its request; `Channel.records` and
   * `Channel.batches` make them.
   *
   * @param source The source of the records.
   * @param done The outcome of the request.
   */
  constructor(source: UnderlyingDefaultSource<T>, done: Promise<ResponseAcq>) {
    super(source, { highWaterMark: 0 });
    this.done = done;
  }
}

/** A stream of the parts that `split` makes of each chunk of a GET's answer. */
export function replyStream<C, T>(
  request: GetRequest<C>,
  split: (chunk: C) => Iterable<T>,
): ReplyStream<T> {
  const source: UnderlyingDefaultSource<T> = {
    async pull(controller) {
      const next = await request.next();
      if (next instanceof ResponseAcq) {
        const { status, cause } = next;
        if (status === ResponseStatus.OK) controller.close();
        else controller.error(TStorageError.ofStatus(status, "GET", { cause }));
      } else if (next !== undefined) {
        for (const each of split(next)) controller.enqueue(each);
      }
    },
    cancel: () => request.cancel(),
  };
  return new ReplyStream(source, request.done);
}
