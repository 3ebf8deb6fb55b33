import type { Record } from "../data/mod.ts";
import type { RecordTarget } from "../wire/mod.ts";
import type { GetRequest } from "./get_request.ts";
import { ResponseAcq, ResponseGet } from "./response.ts";

/** Takes the records of one batch. */
export type BatchCallback<T> = (records: Record<T>[]) => void | Promise<void>;

/** Reads all records of a GET, which is decoded into `target`. */
export async function collectRecords<T>(
  request: GetRequest<number>,
  target: RecordTarget<T>,
): Promise<ResponseGet<T>> {
  for (;;) {
    const next = await request.next();
    if (next instanceof ResponseAcq) {
      const { status, acq, cause } = next;
      const options = { request: "GET", cause };
      return new ResponseGet(status, acq, target.records, options);
    }
  }
}

/**
 * Hands the records of a GET, which is decoded into `target`, to a callback, in
 * batches of at most `limit` bytes.
 */
export async function deliverBatches<T>(
  request: GetRequest<number>,
  target: RecordTarget<T>,
  limit: number,
  callback: BatchCallback<T>,
): Promise<ResponseAcq> {
  let delivered = 0;
  try {
    for (;;) {
      const next = await request.next(limit - (request.decoded - delivered));
      const full = next === undefined || next instanceof ResponseAcq;
      if (full && target.records.length > 0) {
        await handOver(target, callback);
        delivered = request.decoded;
      }
      if (next instanceof ResponseAcq) return next;
    }
  } catch (error) {
    request.cancel();
    throw error;
  }
}

/** No variable of the caller keeps the batch while it reads the next one. */
function handOver<T>(
  target: RecordTarget<T>,
  callback: BatchCallback<T>,
): void | Promise<void> {
  const { records } = target;
  target.records = [];
  return callback(records);
}

/** Yields the records of a GET, then its outcome. */
export async function* eachRecord<T>(
  request: GetRequest<Record<T>[]>,
): AsyncGenerator<Record<T> | ResponseAcq, void, void> {
  try {
    for (;;) {
      const next = await request.next();
      if (next instanceof ResponseAcq) return yield next;
      yield* next ?? [];
    }
  } finally {
    request.cancel();
  }
}
