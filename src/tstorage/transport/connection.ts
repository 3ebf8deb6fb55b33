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
  readonly #signal: AbortSignal | undefined;
  #open = true;
  #waiting = 0;
  #lastProgress = 0;

  /** Takes over an established connection; an abort of `signal` closes it. */
  constructor(conn: Deno.TcpConn | Deno.TlsConn, signal?: AbortSignal) {
    this.#conn = conn;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#aborted);
  }

  /** Connects; `undefined` if there is nobody, or not in time. */
  static async open(
    { hostname, port, timeout, tls, signal }: ConnectionOptions,
  ): Promise<Connection | undefined> {
    const abort = new AbortController();
    const giveUp = () => abort.abort();
    const timer = timerFor(timeout, giveUp);
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
      const secure = tls &&
        await secured(conn, hostname, tls === true ? {} : tls, abort.signal);
      return new Connection(secure || conn, signal);
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", giveUp);
    }
  }

  /** Reads what there is, at least one byte unless the connection has ended. */
  async read(into: Uint8Array): Promise<number> {
    using _expected = this.expect();
    return await this.listen(into);
  }

  /** As {@linkcode read}, for what may take its time. */
  async listen(into: Uint8Array): Promise<number> {
    return await this.#attempt(() => this.#conn.read(into)) ?? 0;
  }

  /** Writes every byte; `false` if the connection was lost before. */
  async write(bytes: Uint8Array): Promise<boolean> {
    using _expected = this.expect();
    for (let at = 0; at < bytes.length;) {
      const written = await this.#attempt(() =>
        this.#conn.write(bytes.subarray(at))
      );
      if (written === undefined) return false;
      at += written ?? 0;
    }
    return true;
  }

  /** Says that nothing more will be written. */
  async closeWrite(): Promise<void> {
    using _expected = this.expect();
    await this.#attempt(() => this.#conn.closeWrite());
  }

  /** From now on bytes must move for the {@linkcode watch}. */
  expect(): Disposable {
    if (this.#waiting++ === 0) this.#lastProgress = performance.now();
    return { [Symbol.dispose]: () => void this.#waiting-- };
  }

  /** Closes the connection, and with it every read and write under way. */
  close(): boolean {
    if (!this.#open) return false;
    this.#open = false;
    this.#signal?.removeEventListener("abort", this.#aborted);
    this.#conn.close();
    return true;
  }

  /**
   * Closes the connection when bytes are expected and none moves for `timeout`
   * milliseconds, until the result is disposed of.
   */
  watch(timeout: number): Disposable {
    let timer: Timer | undefined;
    const check = () => {
      const still = performance.now() - this.#lastProgress;
      const left = this.#waiting === 0 ? timeout : timeout - still;
      if (left > 0) timer = timerFor(Math.ceil(left), check);
      else this.close();
    };
    timer = timerFor(timeout, check);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  }

  readonly #aborted = () => void this.close();

  async #attempt<R>(operation: () => Promise<R>): Promise<R | undefined> {
    if (!this.#open) return undefined;
    try {
      return await operation();
    } catch {
      return undefined;
    } finally {
      this.#lastProgress = performance.now();
    }
  }
}

type Timer = ReturnType<typeof setTimeout>;

/** No timer takes longer; what is due later is looked at then, and again. */
const LONGEST_TIMER = 2 ** 31 - 1;

function timerFor(milliseconds: number, due: () => void): Timer | undefined {
  if (milliseconds === Infinity) return undefined;
  return setTimeout(due, Math.min(milliseconds, LONGEST_TIMER));
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
