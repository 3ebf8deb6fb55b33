import { Connection } from "../transport/connection.ts";
import { RecordStore } from "./record_store.ts";
import { serveConnection, type Shared } from "./session.ts";

/** Options of {@linkcode serveTStorage}. */
export interface TStorageServerOptions {
  /**
   * SQLite file that keeps the records; one server at a time can use it.
   *
   * @default {":memory:"}
   */
  path?: string;
  /**
   * Address to listen on.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /**
   * Port to listen on; 0 takes a free one, see `TStorageServer.port`.
   *
   * @default {2025}
   */
  port?: number;
  /** Certificate and private key, both PEM; without them it speaks plain TCP. */
  tls?: { readonly cert: string; readonly key: string };
  /**
   * Bytes of unfinished PUTs that are kept in memory, of all connections
   * together; the last 4 MiB of each, or its last record, do not count. What is
   * above waits in a temporary file, in the directory that the environment
   * variable `SQLITE_TMPDIR` or `TMPDIR` names.
   *
   * @default {268435456}
   */
  memoryLimit?: number;
}

/** A server that {@linkcode serveTStorage} started. */
export interface TStorageServer extends AsyncDisposable {
  /** The address that it listens on. */
  readonly hostname: string;
  /** The port that it listens on. */
  readonly port: number;
  /**
   * Stops: closes every connection, and the file once the PUTs that had come
   * in whole are stored.
   */
  close(): Promise<void>;
}

const DEFAULT_MEMORY = 256 * 2 ** 20;
/** Pause before connections are accepted again, say when files ran out. */
const ACCEPT_PAUSE_MS = 100;

/**
 * Serves the TStorage protocol from a SQLite file, or from memory.
 *
 * For development and small installations: any client of TStorage can use it,
 * and a TStorage cluster takes over when host and port are changed. A PUT is
 * stored whole or not at all, also when the process is killed; a GET sees the
 * PUTs that were stored when it started, in the order of their keys, and waits
 * for a slow client without holding up anybody. A record that is stored under
 * the same whole key again replaces the one before; both take room until every
 * GET that sees the one before has ended, so a client that stands still in the
 * middle of an answer costs at most the room of what there was when it started.
 * What does not fit on the disk is refused with an error, and nothing of it
 * kept; a PUT needs its size twice for a moment.
 *
 * @example Usage
 * ```ts
 * import {
 *   Channel,
 *   Key,
 *   nowNs,
 *   serveTStorage,
 *   StructPayloadType,
 * } from "@sluice/sluice/tstorage";
 *
 * await using server = serveTStorage({ port: 0 });
 * const celsius = new StructPayloadType<number>("<d");
 * await using channel = new Channel("127.0.0.1", server.port, celsius);
 * await channel.connect();
 * await channel.put([{ key: new Key(1, 7n, 0, nowNs()), value: 21.5 }]);
 * ```
 *
 * @param options Where to listen and what to keep.
 * @returns The server, which listens already.
 * @throws {Deno.errors.AddrInUse} If the port is taken.
 * @throws {RangeError} If `memoryLimit` is not a number, or negative.
 */
export function serveTStorage(
  options: TStorageServerOptions = {},
): TStorageServer {
  const {
    path = ":memory:",
    hostname = "127.0.0.1",
    port = 2025,
    tls,
    memoryLimit = DEFAULT_MEMORY,
  } = options;
  if (!(memoryLimit >= 0)) {
    throw new RangeError(
      `Expected memoryLimit to be 0 or more, found ${memoryLimit}`,
    );
  }
  const listener = tls
    ? Deno.listenTls({ hostname, port, ...tls })
    : Deno.listen({ hostname, port });
  try {
    return new SqliteServer(listener, openStore(path), memoryLimit);
  } catch (error) {
    listener.close();
    throw error;
  }
}

class SqliteServer implements TStorageServer {
  readonly hostname: string;
  readonly port: number;
  readonly #listener: Deno.Listener<Deno.TcpConn | Deno.TlsConn>;
  readonly #shared: Shared;
  readonly #sessions: Map<Connection, Promise<void>> = new Map();
  readonly #accepting: Promise<void>;
  #closed: Promise<void> | undefined;

  constructor(
    listener: Deno.TcpListener | Deno.TlsListener,
    store: RecordStore,
    memoryLimit: number,
  ) {
    const { hostname, port } = listener.addr as Deno.NetAddr;
    this.hostname = hostname;
    this.port = port;
    this.#listener = listener;
    this.#shared = { store, memory: { limit: memoryLimit, held: 0 } };
    this.#accepting = this.#accept();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #accept(): Promise<void> {
    while (this.#closed === undefined) {
      try {
        this.#serve(await this.#listener.accept());
      } catch (error) {
        if (this.#closed !== undefined) return;
        console.error("Cannot accept a connection", error);
        await new Promise((resolve) => setTimeout(resolve, ACCEPT_PAUSE_MS));
      }
    }
  }

  #serve(conn: Deno.TcpConn | Deno.TlsConn): void {
    // An answer must not wait until the one before it has arrived; Deno has no
    // way to say so for TLS.
    if ("setNoDelay" in conn) conn.setNoDelay(true);
    const connection = new Connection(conn);
    const session = serveConnection(connection, this.#shared)
      .catch((error) => console.error("Cannot serve a connection", error))
      .finally(() => this.#sessions.delete(connection));
    this.#sessions.set(connection, session);
  }

  async #close(): Promise<void> {
    // After this turn, so that the loop finds `#closed` set.
    await Promise.resolve();
    this.#listener.close();
    await this.#accepting;
    const sessions = [...this.#sessions];
    for (const [connection] of sessions) connection.close();
    await Promise.all(sessions.map(([, session]) => session));
    await this.#shared.store.close();
  }
}

function openStore(path: string): RecordStore {
  try {
    return new RecordStore(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Cannot open "${path}" as the SQLite file of a TStorage server: ${reason}`,
      { cause: error },
    );
  }
}
