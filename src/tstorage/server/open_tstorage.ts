import { checkNonNegative, checkPath } from "../../internal/mod.ts";
import type { Duplex } from "../../streams/mod.ts";
import { TStorageError } from "../wire/mod.ts";
import { RecordStore } from "./record_store.ts";
import { type ServeOptions, Sessions } from "./sessions.ts";

/** Options of {@linkcode openTStorage}. */
export interface TStorageOptions {
  /**
   * SQLite file that keeps the records; one server at a time can use it.
   *
   * @default {":memory:"}
   */
  path?: string;
  /**
   * Bytes of unfinished PUTs that are kept in memory, of all connections
   * together; the first 68 KiB of each do not count. What exceeds it is kept in
   * a temporary file, in the directory that the environment variable
   * `SQLITE_TMPDIR` or `TMPDIR` names. The records that are being received
   * cannot be: a PUT is refused when they exceed the limit without the largest.
   *
   * @default {268435456}
   */
  memoryLimit?: number;
}

/** A database that {@linkcode openTStorage} opened. */
export interface TStorageDatabase extends AsyncDisposable {
  /**
   * Serves one client over a pair of byte streams, until the client or the
   * database closes it.
   *
   * @param duplex The streams, which it locks, and closes at the end; a
   * `readable` that is a byte stream is read without copying.
   * @param options Closes the connection when its signal aborts.
   * @returns A promise that resolves when the connection is closed, whatever
   * the client did.
   * @throws {TypeError} If a stream is locked.
   * @throws {TStorageError} If the database is closed.
   */
  serve(duplex: Duplex, options?: ServeOptions): Promise<void>;
  /**
   * Closes every connection, and the file once the PUTs that have been received
   * completely are stored.
   */
  close(): Promise<void>;
}

/**
 * Opens a TStorage database in a SQLite file, or in memory, and serves it over
 * any byte streams: a Unix socket, the pipes of a child process, streams in
 * memory. {@linkcode serveTStorage} does so over TCP.
 *
 * A PUT is stored whole or not at all, even if the process is killed. A GET sees
 * the PUTs that were stored when it started, in the order of their keys, and
 * waits for a slow client without holding up others. A record replaces the one
 * with the same whole key; both take space until every GET that sees the old one
 * has ended, so a client that stops in the middle of an answer costs at most the
 * space of the records that there were when it started. A PUT that does not fit
 * on the disk is refused with an error, and nothing of it is kept; a PUT needs
 * its size twice for a moment.
 *
 * @example A client and a server in one process, without a socket
 * ```ts
 * import { Channel, openTStorage, StructPayloadType } from "@sluice/sluice/tstorage";
 *
 * const requests = new TransformStream<Uint8Array, Uint8Array>();
 * const answers = new TransformStream<Uint8Array, Uint8Array>();
 * await using database = openTStorage();
 * database.serve({ readable: requests.readable, writable: answers.writable });
 * await using channel = Channel.over(
 *   { readable: answers.readable, writable: requests.writable },
 *   new StructPayloadType("<d"),
 * );
 * ```
 *
 * @param options The file and the memory.
 * @returns The database.
 * @throws {RangeError} If `memoryLimit` is negative or `NaN`, or `path` empty or
 * with a NUL.
 * @throws {TypeError} If an option is of another type.
 * @throws {TStorageError} If the file cannot be opened as a database.
 */
export function openTStorage(options: TStorageOptions = {}): TStorageDatabase {
  const { path, memoryLimit } = checkedOptions(options);
  return new SqliteDatabase(openSessions(path, memoryLimit));
}

/** The options with their defaults; throws if one is refused. */
export function checkedOptions(
  { path = ":memory:", memoryLimit = DEFAULT_MEMORY }: TStorageOptions,
): Required<TStorageOptions> {
  checkPath("path", path);
  checkNonNegative("memoryLimit", memoryLimit);
  return { path, memoryLimit };
}

/** Opens the sessions of the database in a SQLite file. */
export function openSessions(path: string, memoryLimit: number): Sessions {
  try {
    return new Sessions(new RecordStore(path), memoryLimit);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TStorageError(
      "CANNOT_OPEN",
      `Cannot open "${path}" as the SQLite file of a TStorage server: ${reason}`,
      { cause: error },
    );
  }
}

const DEFAULT_MEMORY = 256 * 2 ** 20;

class SqliteDatabase implements TStorageDatabase {
  readonly #sessions: Sessions;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  async serve(duplex: Duplex, options?: ServeOptions): Promise<void> {
    await this.#sessions.serveDuplex(duplex, options);
  }

  async close(): Promise<void> {
    await this.#sessions.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
