import type { NatsLibraries } from "./libraries.ts";

type Core = NatsLibraries["core"];
type Transport = ReturnType<
  NonNullable<Parameters<Core["setTransportFactory"]>[0]["factory"]>
>;
type Server = Parameters<Transport["connect"]>[0];
type Options = Parameters<Transport["connect"]>[1];

/** Bytes that are read at once. */
const READ_BYTES = 65_536;
/** Frames of so many bytes in all are written at once. */
const TOGETHER_BYTES = 32_768;
/** The first line of a server may have so many bytes. */
const MOST_INFO_BYTES = 1_048_576;

/**
 * A connection of the NATS client over Deno's sockets. That over `node:net`
 * leaves the error of a refused login without a listener at times, which ends
 * the program.
 */
export class DenoTransport implements Transport {
  readonly lang = "sluice";
  readonly version = "1";
  closeError?: Error;

  readonly #core: Core;
  readonly #closed = Promise.withResolvers<void | Error>();
  #socket: Deno.TcpConn | Deno.TlsConn | undefined;
  #isEncrypted = false;
  #isClosed = false;
  /** What was read together with the first line. */
  #first: Uint8Array = new Uint8Array();
  /** Frames that wait for the one that is being written. */
  #unsent: Uint8Array[] = [];
  #sending: Promise<void> | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async connect(server: Server, options: Options): Promise<void> {
    const socket = await Deno.connect({
      hostname: server.hostname,
      port: server.port,
    });
    this.#socket = socket;
    try {
      if (this.#isClosed) throw new Error("The connection was given up");
      socket.setNoDelay(true);
      await this.#greet(socket, server, options);
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  async #greet(
    socket: Deno.TcpConn,
    server: Server,
    options: Options,
  ): Promise<void> {
    const info = await this.#readInfo(socket);
    this.#core.checkOptions(info, options);
    const { tls } = options;
    if (info.tls_required || (info.tls_available && tls !== null)) {
      const ca = (tls as { ca?: string } | undefined)?.ca;
      this.#socket = await Deno.startTls(socket, {
        hostname: server.tlsName || server.hostname,
        caCerts: ca === undefined ? [] : [ca],
      });
      await this.#socket.handshake();
      this.#isEncrypted = true;
    } else if (tls) {
      throw new Error("no TLS, the server does not offer it");
    }
  }

  async #readInfo(socket: Deno.TcpConn) {
    const buffer = new Uint8Array(READ_BYTES);
    for (;;) {
      const count = await socket.read(buffer);
      if (count === null) throw new Error("unexpected end");
      this.#first = this.#core.DataBuffer.concat(
        this.#first,
        buffer.slice(0, count),
      );
      const line = this.#core.extractProtocolMessage(this.#first);
      const json = this.#core.INFO.exec(line)?.[1];
      if (json !== undefined) return JSON.parse(json);
      if (line !== "" || this.#first.length > MOST_INFO_BYTES) {
        throw new Error("no NATS, the server speaks something else");
      }
    }
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    if (this.#first.length > 0) yield this.#first;
    this.#first = new Uint8Array();
    let error: Error | undefined;
    try {
      let buffer = new Uint8Array(READ_BYTES);
      for (;;) {
        const count = await this.#socket?.read(buffer) ?? null;
        if (count === null || this.#isClosed) break;
        // The parser keeps parts of what it gets. Most often that is little.
        if (count < READ_BYTES / 4) yield buffer.slice(0, count);
        else {
          yield buffer.subarray(0, count);
          buffer = new Uint8Array(READ_BYTES);
        }
      }
    } catch (cause) {
      error = cause instanceof Error ? cause : new Error(String(cause));
    } finally {
      this.#end(error);
    }
  }

  isEncrypted(): boolean {
    return this.#isEncrypted;
  }

  send(frame: Uint8Array): void {
    if (this.#isClosed) return;
    this.#unsent.push(frame);
    this.#sending ??= this.#sendAll();
  }

  /** A failed write is seen by the read, or by the ping that is not answered. */
  async #sendAll(): Promise<void> {
    try {
      while (this.#unsent.length > 0) {
        const bytes = this.#nextFrames();
        for (let at = 0; at < bytes.length && this.#socket;) {
          at += await this.#socket.write(bytes.subarray(at));
        }
        release(bytes);
      }
    } catch {
      this.#unsent = [];
    } finally {
      this.#sending = undefined;
    }
  }

  /** Small frames go together, a large one without a copy. */
  #nextFrames(): Uint8Array {
    let length = 0;
    const end = this.#unsent.findIndex((frame) =>
      (length += frame.length) > TOGETHER_BYTES
    );
    const count = end === -1 ? this.#unsent.length : Math.max(1, end);
    const frames = this.#unsent.splice(0, count);
    return count === 1 ? frames[0] : this.#core.DataBuffer.concat(...frames);
  }

  async close(error?: Error): Promise<void> {
    if (error === undefined) await this.#sending;
    this.#end(error);
  }

  disconnect(): void {
    void this.close();
  }

  closed(): Promise<void | Error> {
    return this.#closed.promise;
  }

  discard(): void {
    this.#isClosed = true;
    this.#closeSocket();
  }

  #end(error: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.closeError = error;
    this.#closeSocket();
    this.#closed.resolve(error);
  }

  #closeSocket(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    try {
      socket?.close();
    } catch {
      // It has been closed, or given to a handshake that failed.
    }
  }
}

/**
 * Gives the memory of a frame back, which is a copy of what was sent: to wait
 * for the collector of garbage would cost a hundred of them.
 */
function release({ buffer, byteLength }: Uint8Array): void {
  const isCopy = byteLength >= TOGETHER_BYTES &&
    buffer.byteLength === byteLength;
  if (isCopy && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
