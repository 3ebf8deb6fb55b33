import { ByteConnection } from "./byte_connection.ts";

/** The behaviour of a {@linkcode ScriptedServer} on each connection. */
export type Script = (connection: ScriptedConnection) => Promise<void>;

/** The server's end of a connection. */
export class ScriptedConnection extends ByteConnection {
  /** Reads until the client is done writing. */
  async readAll(): Promise<Uint8Array> {
    return new Uint8Array(
      await new globalThis.Response(this.conn.readable).arrayBuffer(),
    );
  }

  /** Sends bytes so that they arrive in two pieces. */
  async writeCut(bytes: Uint8Array, at: number): Promise<void> {
    await this.write(bytes.subarray(0, at));
    await new Promise((resolve) => setTimeout(resolve, 1));
    await this.write(bytes.subarray(at));
  }

  /** Ends the connection. */
  close(): void {
    try {
      this.conn.close();
    } catch {
      // The client was first, or the stream of it was read to its end.
    }
  }
}

/** A server that runs the script of a test on each connection. */
export class ScriptedServer implements AsyncDisposable {
  /** Connections so far. */
  connections = 0;
  /** The errors of the scripts. */
  readonly errors: unknown[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open: Set<ScriptedConnection> = new Set();
  readonly #running: Set<Promise<void>> = new Set();
  readonly #accepting: Promise<void>;

  constructor(script: Script) {
    this.#accepting = this.#accept(script);
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#open) connection.close();
    await this.#accepting;
    await Promise.all(this.#running);
  }

  async #accept(script: Script): Promise<void> {
    for await (const conn of this.#listener) {
      this.connections++;
      const connection = new ScriptedConnection(conn);
      this.#open.add(connection);
      const run = script(connection)
        .catch((error) => {
          this.errors.push(error);
        })
        .finally(() => {
          connection.close();
          this.#open.delete(connection);
          this.#running.delete(run);
        });
      this.#running.add(run);
    }
  }
}
