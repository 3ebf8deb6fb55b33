import type { ObjectBucket } from "./object_bucket.ts";
import { ObjectDescriptions } from "./object_descriptions.ts";
import type { OpenReaders } from "./open_readers.ts";

/**
 * Removes bytes that no description names, and returns of how many values. What
 * came lately may belong to one that is being stored.
 */
export async function sweep(
  bucket: ObjectBucket,
  olderThan: number,
  readers: OpenReaders,
): Promise<number> {
  // In this order: what is described meanwhile is not taken for an orphan.
  const stored = await bucket.chunkCounts();
  const described = new Set<string>();
  for await (const { nuid } of new ObjectDescriptions(bucket).all()) {
    described.add(nuid);
  }
  const orphans = stored.keys()
    .filter((nuid) => !described.has(nuid) && !readers.has(nuid)).toArray();
  if (orphans.length === 0) return 0;
  const now = await bucket.serverTime();
  if (now === undefined) return 0;
  let count = 0;
  for (const nuid of orphans) {
    const time = await bucket.lastChunkTime(nuid);
    if (time === undefined || now - time < olderThan) continue;
    await bucket.removeChunks(nuid);
    count++;
  }
  return count;
}
