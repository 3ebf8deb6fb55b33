import { checkInteger, outOfRange, refused } from "../../internal/mod.ts";
import {
  clusterWarning,
  connectNats,
  type NatsConnected,
  type NatsOptions,
  type NatsTlsOptions,
  parseNatsUrl,
} from "../../nats/mod.ts";
import {
  type Change,
  type Changed,
  type Chunks,
  DummyTransactionContext,
  type JsonValue,
  type Metadata,
  missingStoreError,
  notConnectedError,
  Store,
  storeBySize,
  StoreError,
  type StoreOptions,
  type TransactionContext,
  type Value,
} from "../core/mod.ts";
import { NatsValue } from "./nats_value.ts";
import { type FoundObject, ObjectBucket } from "./object_bucket.ts";
import { ObjectDescriptions } from "./object_descriptions.ts";
import { createdOf, keyOf, metadataOf } from "./object_layout.ts";
import { OpenReaders } from "./open_readers.ts";
import { readObject } from "./object_reader.ts";
import { sweep } from "./object_sweep.ts";
import { chunkBytesOf, upload } from "./object_upload.ts";

/** Options for {@linkcode NatsStore}. */
export interface NatsStoreOptions extends StoreOptions {
  /** The name of the user, in the place of that in the URL. */
  user?: string;
  /** The password of the user. */
  pass?: string;
  /** A token, in the place of user and password. */
  token?: string;
  /** The text of a credentials file: a user JWT and its nkey seed. */
  credentials?: string;
  /** The seed of an nkey, `SU…`. */
  nkey?: string;
  /**
   * `true` insists on TLS, an object also says how to check the certificate.
   * Without it TLS is used if the server wants it.
   *
   * @default {false}
   */
  tls?: boolean | NatsTlsOptions;
  /**
   * `true` makes the bucket where there is none. With `false`, connecting to it
   * then fails with `Deno.errors.NotFound`.
   *
   * @default {true}
   */
  create?: boolean;
  /**
   * Servers of the cluster that keep each byte of a bucket that is made.
   *
   * @default {1}
   */
  replicas?: number;
}

/** Options for {@linkcode NatsStore.sweep}. */
export interface SweepOptions {
  /**
   * Age in milliseconds of bytes that may be swept: what is younger may belong
   * to a `set` that is under way.
   *
   * @default {3_600_000}
   */
  olderThan?: number;
}

/** Bytes of a key in UTF-8: it becomes a part of a subject. */
const MOST_KEY_BYTES = 2048;
/** The age from which bytes without an owner are swept, in ms. */
const SWEEP_MILLISECONDS = 3_600_000;

/**
 * A store in a bucket of NATS's object store, which several machines share. The
 * `nats` command and clients of other languages read its values, and it reads
 * theirs; of their metadata, which are texts, all are seen.
 *
 * A value may be larger than memory, and a `set` that is killed leaves the old
 * one; {@linkcode NatsStore.sweep} removes the bytes that it had sent. There are
 * no transactions. A stream whose value another process replaces fails
 * with the `StoreError` `REPLACED`.
 *
 * A key longer than 2 048 bytes in UTF-8 is refused with a `RangeError`.
 *
 * The libraries of NATS are loaded from npm by the first `connect`, which needs
 * `--allow-net` for the server and nothing else.
 *
 * @typeParam M The metadata of every key, as the caller knows it; it is not
 * checked.
 *
 * @example Usage
 * ```ts no-eval
 * import { NatsStore } from "@sluice/sluice/store";
 *
 * await using store = await new NatsStore("nats://localhost:4222/results")
 *   .connect();
 * await store.fromFile("flights", "flights.csv");
 * ```
 */
export class NatsStore<M extends object = Metadata> extends Store<M> {
  /** The servers, without user and password. */
  readonly servers: string;
  /** The name of the bucket. */
  readonly bucket: string;

  readonly #options: NatsOptions;
  readonly #create: boolean;
  readonly #replicas: number;
  readonly #transaction: TransactionContext = new DummyTransactionContext(this);
  readonly #readers = new OpenReaders((nuid) => this.#removeLater(nuid));
  #opened: { bucket: ObjectBucket; connected: NatsConnected } | undefined;

  /**
   * Makes a store that is not connected yet.
   *
   * @param url `nats://HOST:PORT/BUCKET`, or `tls://…`; several servers of one
   * cluster are separated by commas. A user in it logs in.
   * @param options Who logs in, and how a bucket is made.
   * @throws {TypeError} If it is no such URL.
   */
  constructor(url: string, options: NatsStoreOptions = {}) {
    super(options);
    const { path, ...login } = parseNatsUrl(url);
    if (!/^[\w-]+$/.test(path)) {
      throw refused("bucket", "a name of letters, digits, - and _", path);
    }
    const { user, pass, token, credentials, nkey, tls } = options;
    const given = { user, pass, token, credentials, nkey, tls };
    this.#options = {
      ...login,
      ...Object.fromEntries(
        Object.entries(given).filter(([, value]) => value !== undefined),
      ),
    };
    this.servers = String(login.servers);
    this.bucket = path;
    this.#create = options.create ?? true;
    this.#replicas = options.replicas ?? 1;
    checkInteger("replicas", this.#replicas, { min: 1 });
  }

  /**
   * Describes the store.
   *
   * @returns Its `backend`, that it is not `readonly`, its `servers` and
   * `bucket`, the `bytes` that it takes there and its `replicas`; a `warning` if
   * the servers are a cluster of a version that is known to lose data.
   */
  async info(): Promise<Readonly<Record<string, JsonValue>>> {
    const { bytes, replicas } = await this.#bucket.size();
    const { servers, bucket } = this;
    const warning = this.#opened && clusterWarning(this.#opened.connected);
    return {
      backend: "nats",
      readonly: false,
      servers,
      bucket,
      bytes,
      replicas,
      ...warning !== undefined && { warning },
    };
  }

  /**
   * Returns the context of no transaction: it does nothing.
   *
   * @returns One and the same object.
   */
  transaction(): TransactionContext {
    return this.#transaction;
  }

  /**
   * Removes bytes that no value has: those of a `set` that was killed.
   *
   * @param options How old they have to be.
   * @returns The number of such values.
   */
  async sweep(options: SweepOptions = {}): Promise<number> {
    const { olderThan = SWEEP_MILLISECONDS } = options;
    checkInteger("olderThan", olderThan, { min: 0 });
    return await sweep(this.#bucket, olderThan, this.#readers);
  }

  /** Connects to the server, and opens or makes the bucket. */
  protected override async open(signal: AbortSignal): Promise<void> {
    const connected = await connectNats(this.#options, signal);
    try {
      const bucket = await ObjectBucket.open(this.bucket, connected, {
        create: this.#create,
        replicas: this.#replicas,
      });
      signal.throwIfAborted();
      if (!bucket) throw missingStoreError(`${this.servers}/${this.bucket}`);
      this.#opened = { bucket, connected };
    } catch (error) {
      await connected.connection.close();
      throw error;
    }
  }

  /** Closes the connection. */
  protected override async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await opened?.connected.connection.close();
  }

  /** Refuses what is too long for a subject. */
  protected override checkKey(key: string): void {
    const { length } = new TextEncoder().encode(key);
    if (length <= MOST_KEY_BYTES) return;
    throw outOfRange("key", `at most ${MOST_KEY_BYTES} bytes long`, length);
  }

  /** Looks up a key. */
  protected async find(
    key: string,
    signal?: AbortSignal,
  ): Promise<Value | undefined> {
    const bucket = this.#bucket;
    const found = await bucket.find(key);
    signal?.throwIfAborted();
    if (!found || found.info.deleted) return undefined;
    return this.#valueOf(key, found);
  }

  /** All keys that there are when it begins, and perhaps later ones. */
  protected async *entries(
    signal?: AbortSignal,
  ): AsyncGenerator<[string, Metadata]> {
    for await (const info of new ObjectDescriptions(this.#bucket).all(signal)) {
      if (!info.deleted) yield [keyOf(info.name), metadataOf(info)];
    }
  }

  /** Writes one change. */
  protected async put(
    key: string,
    change: Change,
    signal?: AbortSignal,
  ): Promise<Changed> {
    const { data } = change;
    const bucket = this.#bucket;
    const descriptions = new ObjectDescriptions(bucket);
    if (!data) return await descriptions.replace(key, change);
    const bytes = chunkBytesOf(bucket);
    const uploaded = await storeBySize(data, {
      smallBytes: bytes - 1,
      chunkBytes: bytes,
      small: (bytes) => upload(bucket, [bytes], signal),
      large: (first, rest) => upload(bucket, joined(first, rest), signal),
    });
    try {
      const { replaced, ...changed } = await descriptions.replace(
        key,
        change,
        uploaded,
      );
      await this.#removeChunks(replaced);
      return changed;
    } catch (error) {
      // Another caller of setIfAbsent was faster.
      const isThere = error instanceof StoreError && error.code === "EXISTS";
      if (isThere) await this.#removeChunks(uploaded.nuid);
      throw error;
    }
  }

  /** Deletes a key. */
  protected async remove(key: string): Promise<Metadata | undefined> {
    const removed = await new ObjectDescriptions(this.#bucket).remove(key);
    if (!removed) return undefined;
    await this.#removeChunks(removed.nuid);
    return metadataOf(removed);
  }

  #valueOf(key: string, { info, time }: FoundObject): Value {
    const created = createdOf(info);
    return new NatsValue(
      info,
      { metadata: metadataOf(info), created, modified: time },
      (start, end, signal) =>
        this.#readers.while(
          info.nuid,
          () => readObject(this.#bucket, { key, info, start, end, signal }),
        ),
    );
  }

  /** Those that are being read go when the last reader has. */
  async #removeChunks(nuid: string | undefined): Promise<void> {
    if (!nuid || this.#readers.removeAfter(nuid)) return;
    // If this fails, a sweep removes them: the change has happened.
    await this.#bucket.removeChunks(nuid).catch(() => {});
  }

  #removeLater(nuid: string): void {
    this.#opened?.bucket.removeChunks(nuid).catch(() => {});
  }

  get #bucket(): ObjectBucket {
    this.assertConnected();
    if (this.#opened) return this.#opened.bucket;
    throw notConnectedError();
  }
}

async function* joined(first: Uint8Array, rest: Chunks) {
  yield first;
  yield* rest;
}
