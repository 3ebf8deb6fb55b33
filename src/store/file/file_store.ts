import { existsSync } from "node:fs";
import { resolve } from "@std/path";
import { type Change, type Changed, changedMetadata } from "../core/change.ts";
import { withChunks } from "../core/chunks.ts";
import { FileBlobs } from "./file_blobs.ts";
import { FileLock } from "./file_lock.ts";
import { blobName, fileName, keyNameOfBlob } from "./file_names.ts";
import { decodeRecord, encodeRecord, type FileRecord } from "./file_record.ts";
import { FileValue } from "./file_value.ts";
import type { JsonValue, Metadata } from "../core/metadata.ts";
import type { StoreOptions } from "../core/read_only_store.ts";
import { Store } from "../core/store.ts";
import {
  DummyTransactionContext,
  type TransactionContext,
} from "../core/simple_transaction_context.ts";
import type { Value } from "../core/value.ts";
import { writeAll } from "../core/write_all.ts";

/** Options for {@linkcode FileStore}. */
export interface FileStoreOptions extends StoreOptions {
  /**
   * Whether to make the store where there is none. Otherwise connecting to it
   * fails with `Deno.errors.NotFound`.
   *
   * @default {true}
   */
  create?: boolean;
  /**
   * Whether a value is on the disk, safe from a loss of power, before `set`
   * returns. Otherwise it is safe from a loss of the process only.
   *
   * @default {false}
   */
  durable?: boolean;
}

/** The bytes of a new value: in memory, or in a blob that has them all. */
interface Content {
  readonly size: number;
  readonly data: Uint8Array;
  readonly blob?: string;
}

/** Values up to this many bytes are in the file of their key. */
const INLINE_BYTES = 65_536;
/** Bytes in one chunk on the way to or from a file. */
const CHUNK_BYTES = 262_144;
const EMPTY = new Uint8Array();

/**
 * A store in a directory, which any number of processes may use at the same
 * time.
 *
 * Each key has one file in `values/`, which a `set` replaces by a rename: a
 * process that is killed at any point leaves the old value or the new one.
 * Larger values have their bytes in `blobs/`, so that a change of metadata does
 * not copy them. What a killed process leaves there belongs to no key, is never
 * listed, and goes when the store is next connected to.
 *
 * There are no transactions.
 *
 * @example Usage
 * ```ts
 * import { FileStore } from "@sluice/sluice/store";
 *
 * await using store = await new FileStore("results").connect();
 * await store.fromFile("flights", "flights.csv");
 * ```
 */
export class FileStore extends Store {
  /** The absolute path of the directory. */
  readonly path: string;

  readonly #create: boolean;
  readonly #durable: boolean;
  readonly #values: string;
  readonly #blobs: FileBlobs;
  readonly #next: string;
  readonly #lockPath: string;
  #lock: FileLock | undefined;

  /**
   * Makes a store that is not connected yet.
   *
   * @param path Its directory.
   * @param options What to make of it.
   */
  constructor(path: string, options: FileStoreOptions = {}) {
    super(options);
    this.path = resolve(path);
    this.#create = options.create ?? true;
    this.#durable = options.durable ?? false;
    this.#values = `${this.path}/values`;
    this.#blobs = new FileBlobs(`${this.path}/blobs`);
    this.#next = `${this.path}/next`;
    this.#lockPath = `${this.path}/lock`;
  }

  /**
   * What is known about the store.
   *
   * @returns Its `backend`, that it is not `readonly`, its `path`.
   */
  info(): Promise<Readonly<Record<string, JsonValue>>> {
    const { path } = this;
    return Promise.resolve({ backend: "file", readonly: false, path });
  }

  /**
   * The transaction context of a store without transactions.
   *
   * @returns The context, which does nothing.
   */
  transaction(): TransactionContext {
    return new DummyTransactionContext(this);
  }

  /** Makes the directory and removes what killed processes left in it. */
  protected override async open(): Promise<void> {
    if (!this.#create) return await assertDirectory(this.#values, this.path);
    await Deno.mkdir(this.#blobs.path, { recursive: true });
    await Deno.mkdir(this.#values, { recursive: true });
    this.#lock = new FileLock(this.#lockPath);
    try {
      await this.#lock.run(() => {
        this.#blobs.removeOrphans((name) => this.#isCurrent(name));
      });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Lets go of the directory. */
  protected override close(): void {
    this.#lock?.[Symbol.dispose]();
    this.#lock = undefined;
  }

  /** Looks up a key. */
  protected find(key: string): Value | undefined {
    const found = readRecord(this.#pathOf(key));
    if (!found) return undefined;
    const { record, data } = found;
    return new FileValue(
      record,
      record.blob === undefined ? data : this.#blobs.pathOf(record.blob),
    );
  }

  /** All keys of this moment with their metadata. */
  protected async *entries(): AsyncGenerator<[string, Metadata]> {
    for await (const { name } of Deno.readDir(this.#values)) {
      // Some systems put files of their own into every directory.
      if (!name.startsWith("=")) continue;
      const found = readRecord(`${this.#values}/${name}`);
      if (found) yield [found.record.key, found.record.metadata];
    }
  }

  /** Writes one change. */
  protected put(key: string, change: Change): Changed | Promise<Changed> {
    const { data } = change;
    if (!data) return this.#replace(key, change);
    if (data instanceof Uint8Array && data.length <= INLINE_BYTES) {
      return this.#replace(key, change, { size: data.length, data });
    }
    return withChunks(data, CHUNK_BYTES, (first, rest) => {
      return first.length <= INLINE_BYTES
        ? this.#replace(key, change, { size: first.length, data: first })
        : this.#putBlob(key, change, first, rest);
    });
  }

  /** Deletes a key. */
  protected remove(
    key: string,
  ): Metadata | undefined | Promise<Metadata | undefined> {
    const path = this.#pathOf(key);
    return this.#locked(() => {
      const old = readRecord(path)?.record;
      if (!old) return undefined;
      Deno.removeSync(path);
      if (this.#durable) syncDirectory(this.#values);
      this.#blobs.remove(old.blob);
      return old.metadata;
    });
  }

  /** Writes the bytes beside the key's file, and that one when all are there. */
  async #putBlob(
    key: string,
    change: Change,
    first: Uint8Array,
    rest: AsyncIterable<Uint8Array>,
  ): Promise<Changed> {
    const blob = blobName(key);
    using file = await this.#locked(() => this.#blobs.create(blob));
    try {
      let size = await writeAll(file, first);
      for await (const chunk of rest) size += await writeAll(file, chunk);
      if (this.#durable) {
        await file.syncData();
        syncDirectory(this.#blobs.path);
      }
      return await this.#replace(key, change, { size, blob, data: EMPTY });
    } catch (error) {
      if (!this.#isCurrent(blob)) this.#blobs.remove(blob);
      throw error;
    }
  }

  /** Makes the new value of the key the current one, in one instant. */
  #replace(
    key: string,
    change: Change,
    content?: Content,
  ): Changed | Promise<Changed> {
    return this.#locked(() => {
      const path = this.#pathOf(key);
      const old = readRecord(path);
      const record = nextRecord(key, change, content, old?.record);
      const data = content?.data ?? old?.data ?? EMPTY;
      this.#writeNext(encodeRecord(record, data));
      Deno.renameSync(this.#next, path);
      if (this.#durable) syncDirectory(this.#values);
      if (content) this.#blobs.remove(old?.record.blob);
      return { isNew: !old, metadata: record.metadata };
    });
  }

  /** Only who holds the lock writes this file; a killed process' is replaced. */
  #writeNext(bytes: Uint8Array): void {
    if (!this.#durable) return Deno.writeFileSync(this.#next, bytes);
    using file = Deno.openSync(this.#next, {
      write: true,
      create: true,
      truncate: true,
    });
    let written = 0;
    while (written < bytes.length) {
      written += file.writeSync(bytes.subarray(written));
    }
    file.syncDataSync();
  }

  /** Whether the key that the blob was named for has it. */
  #isCurrent(blob: string): boolean {
    const path = `${this.#values}/${keyNameOfBlob(blob)}`;
    return readRecord(path)?.record.blob === blob;
  }

  #locked<T>(section: () => T): T | Promise<T> {
    this.assertConnected();
    // Whoever only reads the store need not be allowed to write to it.
    this.#lock ??= new FileLock(this.#lockPath);
    return this.#lock.run(section);
  }

  #pathOf(key: string): string {
    return `${this.#values}/${fileName(key)}`;
  }
}

function nextRecord(
  key: string,
  change: Change,
  content: Content | undefined,
  old: FileRecord | undefined,
): FileRecord {
  const metadata = changedMetadata(key, old?.metadata, change);
  const { size, blob } = content ?? old ?? { size: 0, blob: undefined };
  const modified = Date.now();
  const created = old?.created ?? modified;
  return { key, metadata, size, created, modified, blob };
}

function readRecord(path: string) {
  // An error would take longer than the whole of this.
  if (!existsSync(path)) return undefined;
  try {
    return decodeRecord(Deno.readFileSync(path), path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function assertDirectory(path: string, store: string): Promise<void> {
  try {
    if ((await Deno.stat(path)).isDirectory) return;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  throw new Deno.errors.NotFound(`There is no store in "${store}"`);
}

/** Makes what happened to the names in a directory safe from a loss of power. */
function syncDirectory(path: string): void {
  using directory = Deno.openSync(path);
  directory.syncSync();
}
