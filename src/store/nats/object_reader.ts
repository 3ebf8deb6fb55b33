import { createHash } from "node:crypto";
import { NatsError } from "../../nats/mod.ts";
import { replacedError, StoreError } from "../core/mod.ts";
import type { ObjectBucket } from "./object_bucket.ts";
import { chunkSubject, type ObjectInfo } from "./object_layout.ts";

/** Bytes that are asked for at once. */
const FETCH_BYTES = 4 * 2 ** 20;
/** How long the server gathers what it sends, in ms. */
const FETCH_MILLISECONDS = 1_000;
/** Requests in a row without a byte, after which reading fails. */
const MOST_SILENT = 60;
/** Places that are tried for a chunk before it is read up to. */
const MOST_PROBES = 20;

/** A part of the bytes of an object. */
export interface Wanted {
  readonly key: string;
  readonly info: ObjectInfo;
  readonly start: number;
  readonly end: number;
  readonly signal: AbortSignal;
}

/** Where reading begins: at the chunk with this index, and its message. */
interface Begin {
  readonly index: number;
  readonly seq: number | undefined;
}

/**
 * Reads a part of the bytes of an object as they come. What is read as a whole
 * is compared with its digest.
 *
 * @throws {StoreError} `REPLACED` if the bytes are gone, `DAMAGED` if they are
 * others than those of the description.
 */
export async function* readObject(
  bucket: ObjectBucket,
  wanted: Wanted,
): AsyncGenerator<Uint8Array> {
  const { info, start, end } = wanted;
  const isWhole = start === 0 && end === info.size;
  const hash = isWhole && info.digest !== "" ? createHash("sha256") : undefined;
  const chunkBytes = evenChunkBytes(info);
  const first = chunkBytes === undefined ? 0 : Math.floor(start / chunkBytes);
  const begin = await findChunk(bucket, wanted, first);
  let at = begin.index * (chunkBytes ?? 0);
  for await (const chunk of chunksFrom(bucket, wanted, begin)) {
    const isLast = at + chunk.length === info.size;
    if (begin.index > 0 && chunk.length !== chunkBytes && !isLast) {
      throw damaged(wanted.key, "its chunks differ in size");
    }
    hash?.update(chunk);
    const part = chunk.subarray(Math.max(0, start - at), end - at);
    at += chunk.length;
    if (part.length > 0) yield part;
    if (at >= end) break;
  }
  if (at < end) throw replacedError(wanted.key);
  if (hash && !isDigest(info.digest, hash.digest())) {
    throw damaged(wanted.key, "its digest is not that of the bytes");
  }
}

/** The size of the chunks, if all but the last have the same. */
function evenChunkBytes({ size, chunks, options }: ObjectInfo) {
  const bytes = options?.max_chunk_size;
  const isEven = typeof bytes === "number" && bytes > 0 &&
    Math.ceil(size / bytes) === chunks;
  return isEven ? bytes : undefined;
}

/**
 * Finds the message of a chunk. The number of messages behind one tells which
 * chunk it is; those of other objects may lie between, so a chunk never lies
 * before the place that its distance to another one says.
 */
async function findChunk(
  bucket: ObjectBucket,
  { info }: Wanted,
  index: number,
): Promise<Begin> {
  if (index === 0) return { index: 0, seq: undefined };
  let place: Begin | undefined;
  let from: number | undefined;
  for (let probe = 0; probe < MOST_PROBES; probe++) {
    const found = await probeAt(bucket, info, from);
    if (!found || found.index > index) break;
    place = found;
    if (found.index === index || found.seq === undefined) break;
    from = found.seq + index - found.index;
  }
  return place ?? { index: 0, seq: undefined };
}

async function probeAt(
  bucket: ObjectBucket,
  info: ObjectInfo,
  from: number | undefined,
): Promise<Begin | undefined> {
  const subject = chunkSubject(bucket.name, info.nuid);
  const consumer = await bucket.consumer({ subject, from });
  try {
    const message = await bucket.request(
      "read the bucket",
      () => consumer.next({ expires: FETCH_MILLISECONDS }),
    );
    if (message === null) return undefined;
    const index = info.chunks - 1 - message.info.pending;
    return { index, seq: message.seq };
  } finally {
    await consumer.delete().catch(() => {});
  }
}

async function* chunksFrom(
  bucket: ObjectBucket,
  wanted: Wanted,
  { index, seq }: Begin,
): AsyncGenerator<Uint8Array> {
  const { info, signal } = wanted;
  const subject = chunkSubject(bucket.name, info.nuid);
  const consumer = await bucket.consumer({ subject, from: seq });
  let missing = info.chunks - index;
  let silent = 0;
  try {
    const { num_pending } = await consumer.info(true);
    if (num_pending < missing) throw replacedError(wanted.key);
    while (missing > 0) {
      signal.throwIfAborted();
      const before = missing;
      const messages = await bucket.request(
        "read the bucket",
        () =>
          consumer.fetch({
            max_messages: Math.min(missing, messagesAtOnce(info)),
            expires: FETCH_MILLISECONDS,
          }),
      );
      using _stop = stopOn(signal, () => messages.stop());
      for await (const message of messages) {
        missing--;
        yield message.data;
        if (missing === 0) return;
      }
      signal.throwIfAborted();
      silent = missing < before ? 0 : silent + 1;
      if (silent > 0) await checkThere(bucket, wanted, silent);
    }
  } finally {
    await consumer.delete().catch(() => {});
  }
}

/** With a limit in bytes, its end is an error in the library. */
function messagesAtOnce({ size, chunks, options }: ObjectInfo): number {
  const bytes = options?.max_chunk_size ?? Math.ceil(size / chunks);
  return Math.max(1, Math.floor(FETCH_BYTES / Math.max(1, bytes)));
}

/** Looks why no more bytes come. */
async function checkThere(
  bucket: ObjectBucket,
  { key, info }: Wanted,
  silent: number,
): Promise<void> {
  const counts = await bucket.chunkCounts(info.nuid).catch((error) => {
    if (silent > MOST_SILENT) throw error;
    return undefined;
  });
  if (counts && (counts.get(info.nuid) ?? 0) < info.chunks) {
    throw replacedError(key);
  }
  if (silent <= MOST_SILENT) return;
  throw new NatsError(
    "TIMEOUT",
    `Cannot read the bucket "${bucket.name}" at ${bucket.connected.servers}: no bytes for ${
      MOST_SILENT * FETCH_MILLISECONDS / 1000
    } seconds`,
  );
}

function stopOn(signal: AbortSignal, stop: () => void): Disposable {
  signal.addEventListener("abort", stop, { once: true });
  return {
    [Symbol.dispose]() {
      signal.removeEventListener("abort", stop);
      stop();
    },
  };
}

function isDigest(text: string, digest: Uint8Array): boolean {
  const [, encoded] = /^SHA-256=([\w+/=-]+)$/.exec(text) ?? [];
  if (encoded === undefined) return true;
  return encoded.replaceAll("+", "-").replaceAll("/", "_").replace(
    /=+$/,
    "",
  ) ===
    digest.toBase64({ alphabet: "base64url", omitPadding: true });
}

function damaged(key: string, reason: string): StoreError {
  return new StoreError(
    "DAMAGED",
    `The value of ${JSON.stringify(key)} is damaged, ${reason}: store it again`,
  );
}
