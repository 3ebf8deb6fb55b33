import { createHash } from "node:crypto";
import { NatsError } from "../../nats/mod.ts";
import type { Chunks } from "../core/mod.ts";
import type { ObjectBucket } from "./object_bucket.ts";
import { CHUNK_BYTES, chunkSubject } from "./object_layout.ts";

/** Chunks that are under way at once: more cost memory, and are no faster. */
const MOST_UNDER_WAY = 8;
/** What a message may have besides its bytes. */
const HEADER_BYTES = 1024;

/** The bytes of an object, stored and not yet named by a description. */
export interface Uploaded {
  readonly nuid: string;
  readonly size: number;
  readonly chunks: number;
  readonly chunkBytes: number;
  readonly digest: string;
  /** When the first of them was sent, in milliseconds since 1970. */
  readonly began: number;
}

/** A chunk that is under way. */
interface Sent {
  readonly buffer: Uint8Array<ArrayBuffer>;
  readonly acknowledged: Promise<{ readonly seq: number }>;
}

/** Returns the bytes of a chunk of a bucket, as much as its server takes. */
export function chunkBytesOf({ connected }: ObjectBucket): number {
  const most = connected.connection.info?.max_payload ?? CHUNK_BYTES;
  return Math.min(CHUNK_BYTES, most - HEADER_BYTES);
}

/**
 * Stores bytes. Each chunk is acknowledged by the server, and they lie in the
 * order in which they were sent; if not, they are removed again.
 *
 * @param chunks Chunks of `chunkBytesOf`, each good until the next is read.
 */
export async function upload(
  bucket: ObjectBucket,
  chunks: Chunks,
  signal?: AbortSignal,
): Promise<Uploaded> {
  const nuid = bucket.connected.libraries.core.nuid.next();
  try {
    return await send(bucket, nuid, chunks, signal);
  } catch (error) {
    // If this fails too, a sweep removes them.
    await bucket.removeChunks(nuid).catch(() => {});
    throw error;
  }
}

async function send(
  bucket: ObjectBucket,
  nuid: string,
  chunks: Chunks,
  signal: AbortSignal | undefined,
): Promise<Uploaded> {
  const subject = chunkSubject(bucket.name, nuid);
  const hash = createHash("sha256");
  const underWay: Sent[] = [];
  /** Those of acknowledged chunks: a new one for each is much garbage. */
  const buffers: Uint8Array<ArrayBuffer>[] = [];
  const chunkBytes = chunkBytesOf(bucket);
  const began = Date.now();
  let [size, count, last] = [0, 0, 0];
  const awaitNext = async () => {
    const sent = underWay.shift();
    if (!sent) return;
    const { seq } = await bucket.request(
      "write to the bucket",
      () => sent.acknowledged,
    );
    if (seq <= last) throw outOfOrder(bucket);
    last = seq;
    buffers.push(sent.buffer);
  };
  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      if (chunk.length === 0) continue;
      if (underWay.length === MOST_UNDER_WAY) await awaitNext();
      hash.update(chunk);
      size += chunk.length;
      count++;
      const buffer = buffers.pop() ?? new Uint8Array(chunkBytes);
      buffer.set(chunk);
      const acknowledged = bucket.client.publish(
        subject,
        buffer.subarray(0, chunk.length),
      );
      // It is awaited in its turn.
      acknowledged.catch(() => {});
      underWay.push({ buffer, acknowledged });
    }
    while (underWay.length > 0) await awaitNext();
  } finally {
    // Nothing may arrive after the removal.
    await Promise.allSettled(underWay.map((sent) => sent.acknowledged));
  }
  const digest = hash.digest().toString("base64url");
  const padding = "=".repeat(-digest.length & 3);
  return {
    nuid,
    size,
    chunks: count,
    chunkBytes,
    digest: `SHA-256=${digest}${padding}`,
    began,
  };
}

function outOfOrder({ name, connected: { servers } }: ObjectBucket): NatsError {
  return new NatsError(
    "UNREACHABLE",
    `Cannot write to the bucket "${name}" at ${servers}: the connection was lost meanwhile: write again`,
  );
}
