import type { Duplex } from "../../streams/mod.ts";
import {
  Connection,
  connectSocket,
  socketConnection,
  type SocketOptions,
} from "../transport/mod.ts";
import { ResponseStatus } from "../wire/mod.ts";
import type { ChannelOptions } from "./channel_options.ts";
import { RequestQueue } from "./request_queue.ts";
import { Response } from "./response.ts";

/** The server that a channel connects to. */
export type ChannelAddress = Pick<SocketOptions, "hostname" | "port">;

/** The connection of a channel: how it is made, and the requests that use it. */
export class ChannelConnection {
  /** The requests that use the connection in turn. */
  readonly queue: RequestQueue = new RequestQueue();
  readonly #tls: boolean | Deno.StartTlsOptions;
  readonly #signal: AbortSignal | undefined;
  /** A connection over given streams has no address. */
  #address: ChannelAddress | undefined;

  /** A connection that is not made yet; it is closed when `signal` aborts. */
  constructor(
    address: ChannelAddress,
    { tls = false, signal }: Pick<ChannelOptions, "tls" | "signal">,
  ) {
    this.#address = address;
    this.#tls = tls;
    this.#signal = signal;
  }

  /**
   * Uses given streams, in place of a socket.
   *
   * @throws {TypeError} If one of them is locked.
   */
  adopt(duplex: Duplex): void {
    this.queue.adopt(new Connection(duplex, { signal: this.#signal }));
    this.#address = undefined;
  }

  /** Connects as `Channel.connect` does. */
  async connect(
    timeout: number,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const request = "connect";
    signal?.throwIfAborted();
    const connected = await this.#connect(timeout, signal);
    if (connected) return new Response(ResponseStatus.OK, { request });
    signal?.throwIfAborted();
    const cause = this.queue.absence;
    return new Response(ResponseStatus.ERROR, { request, cause });
  }

  /** Closes the connection as `Channel.close` does. */
  close(): Response {
    const request = "close";
    const cause = this.queue.absence;
    return this.queue.close()
      ? new Response(ResponseStatus.OK, { request })
      : new Response(ResponseStatus.ERROR, { request, cause });
  }

  async #connect(
    timeout: number,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const address = this.#address;
    if (address === undefined) return this.queue.isOpen;
    return await this.queue.open(async () => {
      const conn = await connectSocket({
        ...address,
        timeout,
        tls: this.#tls,
        signals: [this.#signal, signal],
      });
      return conn instanceof Error
        ? conn
        : socketConnection(conn, this.#signal);
    });
  }
}
