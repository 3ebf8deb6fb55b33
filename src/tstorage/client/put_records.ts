import type { PayloadType, Record } from "../data/mod.ts";
import { PutGroups } from "../wire/mod.ts";
import type { PutOptions } from "./channel_options.ts";
import { checkedPayload } from "./checked_payload.ts";
import { PutRequest } from "./put_request.ts";
import type { RequestQueue } from "./request_queue.ts";
import { Response } from "./response.ts";
import { ResponseStatus } from "../wire/mod.ts";

/**
 * Encodes records in groups by `cid`.
 *
 * @throws {RangeError} If a value is out of the range of its type.
 */
export function encodeGroups<T>(
  data: Iterable<Record<T>>,
  payloadType: PayloadType<T, unknown>,
  withAcq: boolean,
  { maxBatchSize, skipInvalid }: Required<
    Pick<PutOptions, "maxBatchSize" | "skipInvalid">
  >,
): PutGroups {
  const groups = new PutGroups(withAcq, maxBatchSize);
  for (const { key, value } of data) {
    if (key.valid) groups.add(key, checkedPayload(payloadType, value));
    else if (!skipInvalid) break;
  }
  return groups;
}

/**
 * Sends groups as one PUT or PUTA.
 *
 * @throws The reason of the signal, if it aborts before the reply is whole.
 */
export async function putGroups(
  queue: RequestQueue,
  groups: PutGroups,
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
  if (status !== ResponseStatus.DISCONNECTED) return new Response(status);
  signal?.throwIfAborted();
  return new Response(status, { cause: request.loss });
}
