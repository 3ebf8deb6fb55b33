import { checkInteger, requireDeno } from "../../internal/mod.ts";
import type { Duplex } from "../../streams/mod.ts";
import { socketConnection } from "../transport/mod.ts";
import {
  checkedOptions,
  openSessions,
  type TStorageDatabase,
  type TStorageOptions,
} from "./open_tstorage.ts";
import type { ServeOptions, Sessions } from "./sessions.ts";

/** Options of {@linkcode serveTStorage}. */
export interface TStorageServerOptions extends TStorageOptions {
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
  /**
   * Most connections that are served at the same time. One more is refused with
   * an error.
   *
   * @default {1024}
   */
  maxConnections?: number;
  /** Certificate and private key, both PEM; without them it uses plain TCP. */
  tls?: { readonly cert: string; readonly key: string };
}

/** A server that {@linkcode serveTStorage} started. */
export interface TStorageServer extends TStorageDatabase {
  /** The address that it listens on. */
  readonly hostname: string;
  /** The port that it listens on. */
  readonly port: number;
}

const DEFAULT_CONNECTIONS = 1024;
/** Connections that are told that they are refused; more are just closed. */
const MOST_REFUSALS = 64;

/** Milliseconds until it accepts connections again, say when files ran out. */
const ACCEPT_PAUSE = 100;

/**
 * Serves the TStorage protocol over TCP from a SQLite file, or from memory.
 *
 * For development and small installations: every client of TStorage can use it,
 * and a TStorage cluster takes over when host and port are changed. It keeps
 * records as {@linkcode openTStorage} says, which serves them without TCP.
 *
 * There is no authentication: who reaches the port can read and write
 * everything. It listens on loopback, so that only programs of this machine do,
 * unless `hostname` says otherwise.
 *
 * Import it from `@sluice/sluice/tstorage`; `@sluice/sluice` has it too, and
 * loads all modules.
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
 * const celsius = new StructPayloadType("<d");
 * await using channel = await Channel.open("127.0.0.1", server.port, celsius);
 * const key = new Key(1, 7n, 0, nowNs());
 * (await channel.put([{ key, value: 21.5 }])).orThrow();
 * ```
 *
 * @param options The address to listen on, the file and the memory.
 * @returns The server, which listens already.
 * @throws {Deno.errors.AddrInUse} If the port is taken.
 * @throws {RangeError} If `memoryLimit` is negative or `NaN`,
 * `maxConnections` not a positive integer, or `path` empty or with a NUL.
 * @throws {TypeError} If an option is of another type.
 * @throws {TStorageError} If the file cannot be opened as a database.
 */
export function serveTStorage(
  options: TStorageServerOptions = {},
): TStorageServer {
  const { hostname = "127.0.0.1", port = 2025, tls } = options;
  const { maxConnections = DEFAULT_CONNECTIONS } = options;
  checkInteger("maxConnections", maxConnections, { min: 1, orInfinity: true });
  const { path, memoryLimit } = checkedOptions(options);
  requireDeno("serveTStorage", "give connections to openTStorage().serve()");
  const listener = tls
    ? Deno.listenTls({ hostname, port, ...tls })
    : Deno.listen({ hostname, port });
  try {
    const sessions = openSessions(path, memoryLimit);
    return new SocketServer(listener, sessions, maxConnections);
  } catch (error) {
    listener.close();
    throw error;
  }
}

class SocketServer implements TStorageServer {
  readonly hostname: string;
  readonly port: number;
  readonly #listener: Deno.Listener<Deno.TcpConn | Deno.TlsConn>;
  readonly #sessions: Sessions;
  readonly #accepting: Promise<void>;
  readonly #maxConnections: number;
  #served = 0;
  #refused = 0;
  #hasTold = false;
  #closed: Promise<void> | undefined;

  constructor(
    listener: Deno.TcpListener | Deno.TlsListener,
    sessions: Sessions,
    maxConnections: number,
  ) {
    const { hostname, port } = listener.addr as Deno.NetAddr;
    this.hostname = hostname;
    this.port = port;
    this.#listener = listener;
    this.#sessions = sessions;
    this.#maxConnections = maxConnections;
    this.#accepting = this.#accept();
  }

  async serve(duplex: Duplex, options?: ServeOptions): Promise<void> {
    await this.#sessions.serveDuplex(duplex, options);
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
        const conn = await this.#listener.accept();
        // An answer must not wait until the one before it has arrived; Deno
        // has no such switch for TLS.
        if ("setNoDelay" in conn) conn.setNoDelay(true);
        if (this.#served < this.#maxConnections) this.#serve(conn);
        else this.#refuse(conn);
      } catch (error) {
        if (this.#closed !== undefined) return;
        console.error("Cannot accept a connection", error);
        await new Promise((resolve) => setTimeout(resolve, ACCEPT_PAUSE));
      }
    }
  }

  async #serve(conn: Deno.TcpConn | Deno.TlsConn): Promise<void> {
    this.#served++;
    await this.#sessions.serve(socketConnection(conn));
    this.#served--;
    this.#hasTold = false;
  }

  async #refuse(conn: Deno.TcpConn | Deno.TlsConn): Promise<void> {
    if (!this.#hasTold) {
      this.#hasTold = true;
      console.error(
        `Cannot serve more connections than ${this.#maxConnections}: raise "maxConnections"`,
      );
    }
    if (this.#refused === MOST_REFUSALS) return conn.close();
    this.#refused++;
    await this.#sessions.refuse(socketConnection(conn));
    this.#refused--;
  }

  async #close(): Promise<void> {
    // After this turn, so that the loop finds `#closed` set.
    await Promise.resolve();
    this.#listener.close();
    await this.#accepting;
    await this.#sessions.close();
  }
}
