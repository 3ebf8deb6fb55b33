import type { Record } from "../data/mod.ts";
import type { GetRequest } from "./get_request.ts";
import { ResponseAcq, ResponseGet } from "./response.ts";

/** Takes the records of one batch. */
export type BatchCallback<T> = (records: Record<T>[]) => void | Promise<void>;

/** Reads all records of a GET into one array. */
export async function collectRecords<T>(
  request: GetRequest<Record<T>[]>,
): Promise<ResponseGet<T>> {
  const data: Record<T>[] = [];
  for (;;) {
    const next = await request.next();
    if (next instanceof ResponseAcq) {
      const { status, acq, cause } = next;
      return new ResponseGet(status, acq, data, { cause });
    }
    for (const record of next ?? []) data.push(record);
  }
}

/** Hands the records of a GET to a callback, in batches of at most `limit` bytes. */
export async function deliverBatches<T>(
  request: GetRequest<Record<T>[]>,
  limit: number,
  callback: BatchCallback<T>,
): Promise<ResponseAcq> {
  let batch: Record<T>[] = [];
  let delivered = 0;
  try {
    for (;;) {
      const next = await request.next(limit - (request.decoded - delivered));
      const full = next === undefined || next instanceof ResponseAcq;
      if (full && batch.length > 0) {
        await callback(batch);
        batch = [];
        delivered = request.decoded;
      }
      if (next instanceof ResponseAcq) return next;
      for (const record of next ?? []) batch.push(record);
    }
  } catch (error) {
    request.cancel();
    throw error;
  }
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
