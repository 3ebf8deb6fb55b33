import { isConflict, jetStreamCode } from "../../nats/mod.ts";
import {
  type Change,
  type Changed,
  changedMetadata,
  StoreError,
} from "../core/mod.ts";
import type { FoundObject, ObjectBucket } from "./object_bucket.ts";
import {
  allInfoSubjects,
  createdOf,
  decodeInfo,
  encodeInfo,
  infoSubject,
  keyOf,
  metadataOf,
  nameOf,
  natsMetadata,
  type ObjectInfo,
} from "./object_layout.ts";
import type { Uploaded } from "./object_upload.ts";

/** Descriptions that are asked for at once. */
const FETCH_MESSAGES = 500;
/** How long the server gathers what it sends, in ms. */
const FETCH_MILLISECONDS = 1_000;
/** So often somebody else may be faster. */
const MOST_ATTEMPTS = 100;
/** An upload that took longer is looked at before it gets its name, in ms. */
const LONG_MILLISECONDS = 600_000;

/** The result of a change, and the id of bytes that nobody needs any more. */
export interface Replaced extends Changed {
  readonly replaced: string | undefined;
}

/** The descriptions of the objects of a bucket: what gives bytes their names. */
export class ObjectDescriptions {
  readonly #bucket: ObjectBucket;

  constructor(bucket: ObjectBucket) {
    this.#bucket = bucket;
  }

  /** The last description of each key, those of deleted ones too. */
  async *all(signal?: AbortSignal): AsyncGenerator<ObjectInfo> {
    const bucket = this.#bucket;
    const subject = allInfoSubjects(bucket.name);
    const consumer = await bucket.consumer({ subject, isLast: true });
    try {
      const missing = async () =>
        (await bucket.request("list the bucket", () => consumer.info()))
          .num_pending;
      for (let pending = await missing(); pending > 0;) {
        signal?.throwIfAborted();
        const before = pending;
        const messages = await bucket.request(
          "list the bucket",
          () =>
            consumer.fetch({
              max_messages: FETCH_MESSAGES,
              expires: FETCH_MILLISECONDS,
            }),
        );
        for await (const message of messages) {
          pending = message.info.pending;
          const info = decodeInfo(message.data);
          if (info) yield info;
          if (pending === 0) break;
        }
        // Those that were replaced or removed meanwhile do not come.
        if (pending === before) pending = await missing();
      }
    } finally {
      await consumer.delete().catch(() => {});
    }
  }

  /** Gives a key other bytes, or other metadata. */
  async replace(
    key: string,
    change: Change,
    uploaded?: Uploaded,
  ): Promise<Replaced> {
    if (uploaded) await this.#checkComplete(uploaded);
    return await this.#change(key, (found) => {
      const old = found?.info.deleted ? undefined : found?.info;
      const metadata = changedMetadata(key, old && metadataOf(old), change);
      const created = (old && createdOf(old)) ?? Date.now();
      const bytes = uploaded ? bytesOf(uploaded) : old ?? NO_BYTES;
      const info: ObjectInfo = {
        ...old,
        ...bytes,
        name: nameOf(key),
        bucket: this.#bucket.name,
        metadata: natsMetadata(metadata, created),
        mtime: new Date().toISOString(),
        deleted: false,
      };
      const isNew = old === undefined;
      const replaced = uploaded ? old?.nuid : undefined;
      return { info, result: { isNew, metadata, replaced } };
    });
  }

  /** Says that a key is deleted, and returns its last description. */
  async remove(key: string): Promise<ObjectInfo | undefined> {
    return await this.#change<ObjectInfo | undefined>(key, (found) => {
      if (!found || found.info.deleted) return { result: undefined };
      const { metadata: _, ...old } = found.info;
      const info = { ...old, ...NO_BYTES, nuid: old.nuid, deleted: true };
      return { info, result: found.info };
    });
  }

  /** Makes a change of what is there, again if somebody else was faster. */
  async #change<T>(
    key: string,
    decide: (
      found: FoundObject | undefined,
    ) => { readonly info?: ObjectInfo; readonly result: T },
  ): Promise<T> {
    for (let attempt = 1;; attempt++) {
      const found = await this.#bucket.find(key);
      const { info, result } = decide(found);
      if (!info) return result;
      try {
        await this.#publish(info, found?.revision ?? 0);
        return result;
      } catch (error) {
        if (await this.#hasArrived(info, error)) return result;
        if (!isConflict(error) || attempt === MOST_ATTEMPTS) {
          throw this.#bucket.failure("write to the bucket", error);
        }
      }
    }
  }

  async #publish(info: ObjectInfo, revision: number): Promise<void> {
    const { name, client, connected: { libraries, connection } } = this.#bucket;
    const bytes = encodeInfo(info);
    const most = (connection.info?.max_payload ?? Infinity) - 1024;
    if (bytes.length > most) {
      throw new RangeError(
        `"metadata" must have at most ${most} bytes as JSON, found ${bytes.length}`,
      );
    }
    const headers = libraries.core.headers();
    headers.set("Nats-Rollup", "sub");
    await client.publish(infoSubject(name, info.name), bytes, {
      headers,
      expect: { lastSubjectSequence: revision },
    });
  }

  /** The answer may be lost where the request was not. */
  async #hasArrived(info: ObjectInfo, error: unknown): Promise<boolean> {
    if (jetStreamCode(error) !== undefined || error instanceof RangeError) {
      return false;
    }
    const found = await this.#bucket.find(keyOf(info.name));
    return found?.info.mtime === info.mtime && found?.info.nuid === info.nuid;
  }

  /** Bytes that were sent slowly may have been swept meanwhile. */
  async #checkComplete({ nuid, chunks, began }: Uploaded): Promise<void> {
    if (chunks === 0 || Date.now() - began < LONG_MILLISECONDS) return;
    const count = (await this.#bucket.chunkCounts(nuid)).get(nuid) ?? 0;
    if (count === chunks) return;
    throw new StoreError(
      "REPLACED",
      `The first bytes were swept while the last ones were awaited: store the value again, and sweep only what is older`,
    );
  }
}

/** What a key without bytes, or a deleted one, has. */
const NO_BYTES = { nuid: "", size: 0, chunks: 0, digest: "" };

function bytesOf({ nuid, size, chunks, chunkBytes, digest }: Uploaded) {
  const options = { max_chunk_size: chunkBytes };
  return { nuid, size, chunks, digest, options };
}
