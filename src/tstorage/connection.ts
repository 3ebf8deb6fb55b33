/** Where to connect to, and how. */
export interface ConnectionOptions {
  readonly hostname: string;
  readonly port: number;
  /** Milliseconds until the attempt is given up; `Infinity` for never. */
  readonly timeout: number;
  /** Whether and how to use TLS. */
  readonly tls: boolean | Deno.StartTlsOptions;
  readonly signal?: AbortSignal;
}

/** Where bytes come from. */
export interface ByteSource {
  /** Reads what there is, at least one byte unless it has ended. */
  read(into: Uint8Array): Promise<number>;
}

/**
 * One TCP or TLS connection.
 *
 * A lost connection is an ordinary outcome here, so nothing throws: a read
 * gives 0 bytes and a write `false`.
 */
export class Connection implements ByteSource {
  readonly #conn: Deno.TcpConn | Deno.TlsConn;
  #open = true;
  #waiting = 0;
  #lastProgress = 0;

  /** Takes over an established connection. */
  constructor(conn: Deno.TcpConn | Deno.TlsConn) {
    this.#conn = conn;
  }

  /** Connects; `undefined` if there is nobody, or not in time. */
  static async open(
    { hostname, port, timeout, tls, signal }: ConnectionOptions,
  ): Promise<Connection | undefined> {
    const abort = new AbortController();
    const giveUp = () => abort.abort();
    const timer = isFinite(timeout) ? setTimeout(giveUp, timeout) : undefined;
    signal?.addEventListener("abort", giveUp);
    try {
      if (signal?.aborted) return undefined;
      const conn = await Deno.connect({
        hostname,
        port,
        signal: abort.signal,
      });
      // A small request must not wait for the answer to the one before it.
      conn.setNoDelay(true);
      if (!tls) return new Connection(conn);
      return await secured(conn, hostname, tls, abort.signal);
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", giveUp);
    }
  }

  /** Reads what there is, at least one byte unless the connection has ended. */
  async read(into: Uint8Array): Promise<number> {
    return await this.#wait(() => this.#conn.read(into)) ?? 0;
  }

  /** Writes every byte; `false` if the connection was lost before. */
  async write(bytes: Uint8Array): Promise<boolean> {
    for (let at = 0; at < bytes.length;) {
      const written = await this.#wait(() =>
        this.#conn.write(bytes.subarray(at))
      );
      if (written === undefined) return false;
      at += written ?? 0;
    }
    return true;
  }

  /** Says that nothing more will be written. */
  async closeWrite(): Promise<void> {
    await this.#wait(() => this.#conn.closeWrite());
  }

  /** Closes the connection, and with it every read and write under way. */
  close(): boolean {
    if (!this.#open) return false;
    this.#open = false;
    this.#conn.close();
    return true;
  }

  /**
   * Closes the connection when it is waited for and no byte moves for
   * `timeout` milliseconds, until the result is disposed of.
   */
  watch(timeout: number): Disposable {
    if (!isFinite(timeout)) return { [Symbol.dispose]() {} };
    let timer: ReturnType<typeof setTimeout>;
    const check = () => {
      const now = performance.now();
      if (this.#waiting === 0) this.#lastProgress = now;
      const left = this.#lastProgress + timeout - now;
      if (left > 0) timer = setTimeout(check, Math.ceil(left));
      else this.close();
    };
    this.#lastProgress = performance.now();
    timer = setTimeout(check, timeout);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  }

  async #wait<R>(operation: () => Promise<R>): Promise<R | undefined> {
    if (!this.#open) return undefined;
    this.#waiting++;
    try {
      return await operation();
    } catch {
      return undefined;
    } finally {
      this.#waiting--;
      this.#lastProgress = performance.now();
    }
  }
}

async function secured(
  tcp: Deno.TcpConn,
  hostname: string,
  tls: true | Deno.StartTlsOptions,
  signal: AbortSignal,
): Promise<Connection> {
  const options = tls === true ? {} : tls;
  const conn = await Deno.startTls(tcp, { hostname, ...options });
  const close = () => conn.close();
  signal.addEventListener("abort", close);
  try {
    signal.throwIfAborted();
    await conn.handshake();
    return new Connection(conn);
  } catch (error) {
    if (!signal.aborted) conn.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", close);
  }
}
