import { resolve } from "@std/path";
import {
  checkPath,
  lstatIfThere,
  requireDeno,
  writeAll,
  writeAllSync,
} from "../../internal/mod.ts";
import {
  type Change,
  type Changed,
  type Chunks,
  DummyTransactionContext,
  type JsonValue,
  type MaybePromise,
  type Metadata,
  missingStoreError,
  Slots,
  Store,
  storeBySize,
  type StoreOptions,
  type TransactionContext,
  type Value,
} from "../core/mod.ts";
import { FileBlobs } from "./file_blobs.ts";
import { damagedEntry, isDamaged, isRealDirectory } from "./file_entry.ts";
import { FileLock } from "./file_lock.ts";
import { blobName, fileName, isBlobName, keyNameOfBlob } from "./file_names.ts";
import {
  type DecodedRecord,
  encodeRecord,
  nextRecord,
  readRecord,
} from "./file_record.ts";
import { FileValue } from "./file_value.ts";

/** Options for {@linkcode FileStore}. */
export interface FileStoreOptions extends StoreOptions {
  /**
   * `true` makes the store where there is none. With `false`, connecting to it
   * then fails with `Deno.errors.NotFound`.
   *
   * @default {true}
   */
  create?: boolean;
  /**
   * `true` writes a value through to the disk, safe from a loss of power, before
   * `set` returns. With `false` it is safe from a loss of the process only.
   *
   * @default {false}
   */
  durable?: boolean;
}

/** The bytes of a new value: in memory, or in a complete blob. */
interface Content {
  readonly size: number;
  readonly data: Uint8Array;
  readonly blob?: string;
}

/** Values up to this many bytes are in the file of their key. */
const INLINE_BYTES = 65_536;
/** Bytes in one chunk on the way to or from a file. */
const CHUNK_BYTES = 262_144;
/** For reads that follow each other, one look at the directory is enough. */
const LOOK_MILLISECONDS = 20;
const EMPTY = new Uint8Array();
/** Most blobs that this process writes at the same time. */
const MOST_BLOBS = 48;
const writtenBlobs = new Slots(MOST_BLOBS);

/**
 * A store in a directory, which any number of processes may use at the same
 * time.
 *
 * Each key has one file in `values/`, which a `set` replaces by a rename: a
 * process that is killed at any point leaves the old value or the new one.
 * Larger values have their bytes in `blobs/`, so that a change of metadata does
 * not copy them. A blob that a killed process leaves there belongs to no key, is
 * never listed, and is removed when the store is next connected to.
 *
 * What is found in the directory is only data: an entry that no store has
 * written, such as a link, a pipe or a record that names another file, is
 * refused with the `StoreError` `DAMAGED` by the calls for its key. A listing
 * passes over it, and `delete` removes it.
 *
 * There are no transactions.
 *
 * Import it from `@sluice/sluice/store`; `@sluice/sluice` has it too, and loads
 * all modules.
 *
 * @typeParam M The metadata of every key, as the caller knows it; it is not
 * checked.
 *
 * @example Usage
 * ```ts
 * import { FileStore } from "@sluice/sluice/store";
 *
 * await using store = await new FileStore("results").connect();
 * await store.fromFile("flights", "flights.csv");
 * ```
 */
export class FileStore<M extends object = Metadata> extends Store<M> {
  /** The absolute path of the directory. */
  readonly path: string;

  readonly #create: boolean;
  readonly #durable: boolean;
  readonly #values: string;
  readonly #blobs: FileBlobs;
  readonly #next: string;
  readonly #lockPath: string;
  #lock: FileLock | undefined;
  #damaged = 0;
  #looked = -Infinity;

  /**
   * Makes a store that is not connected yet.
   *
   * @param path Its directory.
   * @param options How to open and write it.
   * @throws {TypeError} If the path is no string.
   * @throws {RangeError} If it is empty, or has a NUL.
   */
  constructor(path: string, options: FileStoreOptions = {}) {
    super(options);
    checkPath("path", path);
    requireDeno("FileStore", "use a SqliteStore");
    this.path = resolve(path);
    this.#create = options.create ?? true;
    this.#durable = options.durable ?? false;
    this.#values = `${this.path}/values`;
    this.#blobs = new FileBlobs(`${this.path}/blobs`);
    this.#next = `${this.path}/next`;
    this.#lockPath = `${this.path}/lock`;
  }

  /**
   * Describes the store.
   *
   * @returns Its `backend`, that it is not `readonly`, its `path` and how many
   * `damaged` entries the last listing has passed over.
   */
  info(): Promise<Readonly<Record<string, JsonValue>>> {
    const { path } = this;
    const damaged = this.#damaged;
    return Promise.resolve({ backend: "file", readonly: false, path, damaged });
  }

  /**
   * The transaction context of a store without transactions.
   *
   * @param _notes The purpose, which is not recorded.
   * @returns The context, which does nothing.
   */
  transaction(_notes?: string): TransactionContext {
    return new DummyTransactionContext(this);
  }

  /** Makes the directory and removes the blobs that killed processes left. */
  protected override async open(signal: AbortSignal): Promise<void> {
    if (!this.#create) {
      isRealDirectory(this.#blobs.path);
      if (isRealDirectory(this.#values)) return;
      throw missingStoreError(this.path);
    }
    await makeDirectory(this.#blobs.path);
    await makeDirectory(this.#values);
    try {
      this.#lock = new FileLock(this.#lockPath);
    } catch (error) {
      // Who may only read gets no lock, and needs none.
      if (isUnwritable(error)) return;
      throw error;
    }
    try {
      await this.#lock.run(() => {
        this.#blobs.removeOrphans((name) => this.#isCurrent(name) === false);
      }, signal);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Closes the lock file. */
  protected override close(): void {
    this.#lock?.[Symbol.dispose]();
    this.#lock = undefined;
  }

  /** Looks up a key. */
  protected find(key: string): Value | undefined {
    this.#lookAtValues();
    const found = readRecord(this.#values, fileName(key), key);
    return found && new FileValue(found, this.#blobs);
  }

  /** All keys of this moment with their metadata, but those of damaged entries. */
  protected async *entries(): AsyncGenerator<[string, Metadata]> {
    isRealDirectory(this.#values);
    let damaged = 0;
    for await (const { name } of Deno.readDir(this.#values)) {
      // Some systems put files of their own into every directory.
      if (!name.startsWith("=")) continue;
      const found = unlessDamaged(() => readRecord(this.#values, name));
      if (found === "damaged" || (!found && this.#hasEntry(name))) damaged++;
      else if (found) yield [found.record.key, found.record.metadata];
    }
    this.#damaged = damaged;
  }

  /** Writes one change. */
  protected put(
    key: string,
    change: Change,
    signal?: AbortSignal,
  ): MaybePromise<Changed> {
    const { data } = change;
    const replace = (content?: Content) =>
      this.#replace(key, change, content, signal);
    if (!data) return replace();
    return storeBySize(data, {
      smallBytes: INLINE_BYTES,
      chunkBytes: CHUNK_BYTES,
      small: (data) => replace({ size: data.length, data }),
      large: (first, rest) =>
        this.#putBlob(key, first, rest, { replace, signal }),
    });
  }

  /** Deletes a key. */
  protected remove(
    key: string,
    signal?: AbortSignal,
  ): MaybePromise<Metadata | undefined> {
    const name = fileName(key);
    return this.#locked(() => {
      const old = unlessDamaged(() => readRecord(this.#values, name, key));
      if (!old && !this.#hasEntry(name)) return undefined;
      this.#removeEntry(name, key);
      if (this.#durable) syncDirectory(this.#values);
      // The blob of a damaged entry is removed when the store is next opened.
      if (!old || old === "damaged") return {};
      this.#blobs.remove(old.record.blob);
      return old.record.metadata;
    }, signal);
  }

  /** Returns whether there is an entry, for instance a link that leads nowhere. */
  #hasEntry(name: string): boolean {
    return lstatIfThere(`${this.#values}/${name}`) !== undefined;
  }

  /** Removes the entry itself, never what it leads to or what is in it. */
  #removeEntry(name: string, key: string): void {
    const path = `${this.#values}/${name}`;
    try {
      Deno.removeSync(path);
    } catch (error) {
      if (!Deno.lstatSync(path).isDirectory) throw error;
      throw damagedEntry({ path, key }, "a file, found a directory with files");
    }
  }

  /** Writes a blob, and replaces the key's file once all bytes are in it. */
  async #putBlob(
    key: string,
    first: Uint8Array,
    rest: Chunks,
    { replace, signal }: {
      readonly replace: (content: Content) => MaybePromise<Changed>;
      readonly signal?: AbortSignal;
    },
  ): Promise<Changed> {
    const blob = blobName(key);
    using _slot = await writtenBlobs.take(signal);
    using file = await this.#locked(() => this.#blobs.create(blob));
    try {
      let size = await writeAll(file, first);
      for await (const chunk of rest) size += await writeAll(file, chunk);
      if (this.#durable) {
        await file.syncData();
        syncDirectory(this.#blobs.path);
      }
      return await replace({ size, blob, data: EMPTY });
    } catch (error) {
      if (this.#isCurrent(blob) !== true) this.#blobs.remove(blob);
      throw error;
    }
  }

  /** Makes the new value of the key the current one, in one instant. */
  #replace(
    key: string,
    change: Change,
    content: Content | undefined,
    signal: AbortSignal | undefined,
  ): MaybePromise<Changed> {
    return this.#locked(() => {
      const name = fileName(key);
      const path = `${this.#values}/${name}`;
      const old = readRecord(this.#values, name, key);
      const record = nextRecord(key, change, content, old?.record);
      const data = content?.data ?? old?.data ?? EMPTY;
      this.#writeNext(encodeRecord(record, data));
      Deno.renameSync(this.#next, path);
      if (this.#durable) syncDirectory(this.#values);
      if (content) this.#blobs.remove(old?.record.blob);
      return { isNew: !old, metadata: record.metadata };
    }, signal);
  }

  /**
   * Writes the file that will be that of a key. Only the holder of the lock
   * does, so that one which is there is of a killed process, or no file of ours.
   */
  #writeNext(bytes: Uint8Array): void {
    try {
      this.#createNext(bytes);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      Deno.removeSync(this.#next);
      this.#createNext(bytes);
    }
  }

  /** Makes a new file, never one at the end of a link. */
  #createNext(bytes: Uint8Array): void {
    const options = { write: true, createNew: true };
    try {
      if (!this.#durable) return Deno.writeFileSync(this.#next, bytes, options);
      using file = Deno.openSync(this.#next, options);
      writeAllSync(file, bytes);
      file.syncDataSync();
    } catch (error) {
      // On a full disk, a part of it would take what room there is.
      if (!(error instanceof Deno.errors.AlreadyExists)) this.#removeNext();
      throw error;
    }
  }

  #removeNext(): void {
    try {
      Deno.removeSync(this.#next);
    } catch {
      // It could not even be made.
    }
  }

  /**
   * Returns whether the key that the blob was named for has it; nothing if the
   * key's file is damaged, so that nobody knows.
   */
  #isCurrent(blob: string): boolean | undefined {
    if (!isBlobName(blob)) return false;
    const name = keyNameOfBlob(blob);
    const found = unlessDamaged(() => readRecord(this.#values, name));
    return found === "damaged" ? undefined : found?.record.blob === blob;
  }

  #locked<T>(section: () => T, signal?: AbortSignal): MaybePromise<T> {
    this.assertConnected();
    // A process that only reads the store need not be allowed to write to it.
    this.#lock ??= new FileLock(this.#lockPath);
    const checked = () => {
      isRealDirectory(this.#values);
      return section();
    };
    return this.#lock.run(checked, signal);
  }

  #lookAtValues(): void {
    const now = performance.now();
    if (now - this.#looked < LOOK_MILLISECONDS) return;
    isRealDirectory(this.#values);
    this.#looked = now;
  }
}

/** Returns whether an error says that this process may not write, or there is no room. */
function isUnwritable(error: unknown): boolean {
  const { code } = error as { code?: string };
  return error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotCapable ||
    ["EROFS", "ENOSPC", "EDQUOT"].includes(code ?? "");
}

function unlessDamaged(
  read: () => DecodedRecord | undefined,
): DecodedRecord | "damaged" | undefined {
  try {
    return read();
  } catch (error) {
    if (isDamaged(error)) return "damaged";
    throw error;
  }
}

async function makeDirectory(path: string): Promise<void> {
  if (isRealDirectory(path)) return;
  await Deno.mkdir(path, { recursive: true });
  isRealDirectory(path);
}

/** Writes the names in a directory through to the disk. */
function syncDirectory(path: string): void {
  // Windows opens no directory as a file, and its file systems keep a journal.
  if (Deno.build.os === "windows") return;
  using directory = Deno.openSync(path);
  directory.syncSync();
}
