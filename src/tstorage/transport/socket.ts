import {
  bareHost,
  connectionFailure,
  hostAndPort,
  requireDeno,
  startTimer,
} from "../../internal/mod.ts";
import { TStorageError } from "../wire/mod.ts";
import { Connection } from "./connection.ts";

/** The address of a server, and how to connect to it. */
export interface SocketOptions {
  readonly hostname: string;
  readonly port: number;
  /** Milliseconds until the attempt is given up; `Infinity` for never. */
  readonly timeout: number;
  /** Whether to use TLS, and with which certificates. */
  readonly tls: boolean | Deno.StartTlsOptions;
  /** Gives up the attempt when one of them aborts. */
  readonly signals: readonly (AbortSignal | undefined)[];
}

/**
 * Connects to a server: the one place that opens sockets.
 *
 * @returns The socket, or the error of a server that does not answer in time or
 * is not trusted.
 * @throws {Deno.errors.NotCapable} If the program lacks the permission.
 */
export async function connectSocket(
  { hostname, port, timeout, tls, signals }: SocketOptions,
): Promise<Deno.TcpConn | Deno.TlsConn | TStorageError> {
  requireDeno("connect", "connect a socket yourself, for Channel.over()");
  const abort = new AbortController();
  let why: string | undefined;
  const giveUp = () => {
    why ??= "given up, its signal has aborted";
    abort.abort();
  };
  const timer = startTimer(timeout, () => {
    why ??= `timed out after ${timeout} ms`;
    abort.abort();
  });
  for (const signal of signals) signal?.addEventListener("abort", giveUp);
  try {
    if (signals.some((signal) => signal?.aborted)) giveUp();
    const { signal } = abort;
    signal.throwIfAborted();
    const bare = bareHost(hostname);
    const conn = await Deno.connect({ hostname: bare, port, signal });
    // A small request must not wait for the answer to the one before it.
    conn.setNoDelay(true);
    if (!tls) return conn;
    return await secured(conn, bare, tls === true ? {} : tls, signal);
  } catch (cause) {
    // A permission that is missing is no outcome of the network.
    if ((cause as Error)?.name === "NotCapable") throw cause;
    const reason = why ?? connectionFailure(cause);
    return new TStorageError(
      "ERROR",
      `Cannot connect to "${hostAndPort(hostname, port)}": ${reason}`,
      { cause },
    );
  } finally {
    clearTimeout(timer);
    for (const signal of signals) signal?.removeEventListener("abort", giveUp);
  }
}

/** A connection over a socket; an abort of `signal` closes it. */
export function socketConnection(
  conn: Deno.TcpConn | Deno.TlsConn,
  signal?: AbortSignal,
): Connection {
  return new Connection(conn, { signal, releasesChunks: true });
}

async function secured(
  tcp: Deno.TcpConn,
  hostname: string,
  options: Deno.StartTlsOptions,
  signal: AbortSignal,
): Promise<Deno.TlsConn> {
  const conn = await Deno.startTls(tcp, { hostname, ...options });
  const close = () => conn.close();
  signal.addEventListener("abort", close);
  try {
    signal.throwIfAborted();
    await conn.handshake();
    return conn;
  } catch (error) {
    if (!signal.aborted) conn.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", close);
  }
}
