import { freePort } from "./free_port.ts";

const tls = (name: string) =>
  Deno.readTextFileSync(
    new URL(`../tstorage/server/tls/${name}.pem`, import.meta.url),
  );

/** The certificate of the issuer of the ones of {@linkcode FailingServers}. */
export const CA_CERT: string = tls("ca");

/** Servers on free ports to which no connection comes about, or none lasts. */
export class FailingServers implements Disposable {
  readonly #listeners: Deno.Listener[] = [];
  readonly #connections: Deno.Conn[] = [];

  /** A port on which nobody listens. */
  refusing(): number {
    return freePort();
  }

  /** Speaks TLS with a certificate for `localhost` of an unknown issuer. */
  untrusted(): number {
    const cert = tls("localhost");
    const key = tls("localhost_key");
    const listen = { hostname: "127.0.0.1", port: 0, cert, key };
    return this.#serve(
      Deno.listenTls(listen),
      (conn) => (conn as Deno.TlsConn).handshake(),
    );
  }

  /** Answers with a text of no protocol. */
  babbling(): number {
    return this.#answering(async (conn) => {
      await conn.write(new TextEncoder().encode("220 hello there\r\n"));
    });
  }

  /** Closes each connection once something has come. */
  closing(): number {
    return this.#answering((conn) => conn.close());
  }

  /** Resets each connection: it is closed with bytes that were not read. */
  resetting(): number {
    return this.#serve(this.#listen(), async (conn) => {
      await conn.read(new Uint8Array(1));
      conn.close();
    });
  }

  /** Takes everything and never answers. */
  silent(): number {
    return this.#answering(() => {});
  }

  [Symbol.dispose](): void {
    for (const each of [...this.#listeners, ...this.#connections]) {
      try {
        each.close();
      } catch {
        // It was closed already.
      }
    }
  }

  #answering(answer: (conn: Deno.Conn) => unknown): number {
    return this.#serve(this.#listen(), async (conn) => {
      await conn.read(new Uint8Array(65_536));
      await answer(conn);
    });
  }

  #listen(): Deno.Listener {
    return Deno.listen({ hostname: "127.0.0.1", port: 0 });
  }

  #serve(
    listener: Deno.Listener,
    serve: (conn: Deno.Conn) => unknown,
  ): number {
    this.#listeners.push(listener);
    (async () => {
      for await (const conn of listener) {
        this.#connections.push(conn);
        (async () => await serve(conn))().catch(() => {});
      }
    })().catch(() => {});
    return (listener.addr as Deno.NetAddr).port;
  }
}
