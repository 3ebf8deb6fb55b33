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
  let count = 0;
  for (const nuid of stored.keys()) {
    if (described.has(nuid) || readers.has(nuid)) continue;
    const age = Date.now() - await bucket.lastChunkTime(nuid);
    if (age < olderThan) continue;
    await bucket.removeChunks(nuid);
    count++;
  }
  return count;
}
