import { checkSignal } from "../../internal/mod.ts";
import type { PayloadType, Record } from "../data/mod.ts";
import { PutGroups, PutRecordEncoder } from "../wire/mod.ts";
import { checkByteCount, MOST_BYTES } from "./byte_count.ts";
import type { PutOptions } from "./channel_options.ts";
import { PutRequest } from "./put_request.ts";
import type { RequestQueue } from "./request_queue.ts";
import { Response } from "./response.ts";
import { ResponseStatus } from "../wire/mod.ts";

/**
 * Sends records as one PUT or PUTA, in groups by `cid`.
 *
 * @throws {RangeError} If a value is out of the range of its type; nothing is
 * sent then.
 * @throws The reason of the signal, if it aborts before the reply is whole.
 */
export async function putRecords<T>(
  queue: RequestQueue,
  data: Iterable<Record<T>>,
  payloadType: PayloadType<T, unknown>,
  withAcq: boolean,
  timeout: number,
  { maxBatchSize = MOST_BYTES, skipInvalid = false, signal }: PutOptions,
): Promise<Response> {
  checkByteCount("maxBatchSize", maxBatchSize);
  checkSignal("signal", signal);
  const encoder = new PutRecordEncoder(payloadType, withAcq);
  const groups = encodeGroups(data, encoder, maxBatchSize, skipInvalid);
  return await putGroups(queue, groups, withAcq, timeout, signal);
}

function encodeGroups<T>(
  data: Iterable<Record<T>>,
  encoder: PutRecordEncoder<T>,
  maxBatchSize: number,
  skipInvalid: boolean,
): PutGroups<T> {
  const groups = new PutGroups(encoder, maxBatchSize);
  for (const record of data) {
    if (record.key.valid) groups.add(record);
    else if (!skipInvalid) break;
  }
  return groups;
}

async function putGroups(
  queue: RequestQueue,
  groups: PutGroups<unknown>,
  withAcq: boolean,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const turn = await queue.turn(timeout, signal);
  const request = await PutRequest.start(turn, withAcq);
  for (const part of groups.parts()) {
    if (!await request.write(part)) break;
  }
  const status = await request.finish();
  const name = withAcq ? "PUTA" : "PUT";
  if (status !== ResponseStatus.DISCONNECTED) {
    return new Response(status, { request: name });
  }
  signal?.throwIfAborted();
  return new Response(status, { request: name, cause: request.loss });
}
