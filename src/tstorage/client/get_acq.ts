import { WireReader } from "../transport/mod.ts";
import {
  encodeKeyRangeRequest,
  HEADER_BYTES,
  INTEGER_BYTES,
  type KeyRange,
  REQUESTS,
} from "../wire/mod.ts";
import type { RequestQueue, Turn } from "./request_queue.ts";
import { ResponseAcq } from "./response.ts";
import { ResponseStatus } from "../wire/mod.ts";

/** The name of the request. */
const REQUEST = "GETACQ";

/**
 * Asks for the last acquisition time in a range.
 *
 * @throws The reason of the signal, if it aborts before the answer is whole.
 */
export async function requestAcq(
  queue: RequestQueue,
  range: KeyRange,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<ResponseAcq> {
  const request = encodeKeyRangeRequest(REQUESTS.GETACQ, range);
  const response = await exchange(await queue.turn(timeout, signal), request);
  if (response.status === ResponseStatus.DISCONNECTED) signal?.throwIfAborted();
  return response;
}

async function exchange(
  turn: Turn,
  request: Uint8Array,
): Promise<ResponseAcq> {
  const { connection } = turn;
  if (connection === undefined || !await connection.write(request)) {
    turn.end(false);
    return disconnected(turn);
  }
  const reader = new WireReader(connection, HEADER_BYTES + INTEGER_BYTES);
  const { code, body: [acq] = [] } = await reader.header(1) ?? {};
  const whole = acq !== undefined || (code !== undefined && code !== 0);
  turn.end(whole && reader.bytes.length === 0);
  if (code === undefined) return disconnected(turn);
  return code === 0 && acq !== undefined
    ? new ResponseAcq(ResponseStatus.OK, acq, { request: REQUEST })
    : new ResponseAcq(ResponseStatus.ERROR, -1n, { request: REQUEST });
}

function disconnected({ loss: cause }: Turn): ResponseAcq {
  const options = { request: REQUEST, cause };
  return new ResponseAcq(ResponseStatus.DISCONNECTED, -1n, options);
}
