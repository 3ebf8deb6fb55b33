import { checkSignal } from "../../internal/mod.ts";
import type { Duplex } from "../../streams/mod.ts";
import { Connection } from "../transport/mod.ts";
import { TStorageError } from "../wire/mod.ts";
import type { RecordStore } from "./record_store.ts";
import { refuseSession, serveSession, type Shared } from "./session.ts";
import { SharedMemory } from "./shared_memory.ts";

/** Options of `TStorageDatabase.serve`. */
export interface ServeOptions {
  /** Closes the connection when it aborts. */
  signal?: AbortSignal;
}

/** The sessions of a database, each of which serves one connection. */
export class Sessions {
  readonly #shared: Shared;
  readonly #running: Map<Connection, Promise<void>> = new Map();
  #closed: Promise<void> | undefined;

  /** Serves the records in a store, which it closes at the end. */
  constructor(store: RecordStore, memoryLimit: number) {
    this.#shared = { store, memory: new SharedMemory(memoryLimit) };
  }

  /** Serves a client over a pair of byte streams. */
  async serveDuplex(duplex: Duplex, options: ServeOptions = {}): Promise<void> {
    const { signal } = options;
    checkSignal("signal", signal);
    if (this.#closed !== undefined) {
      throw new TStorageError(
        "DISCONNECTED",
        "Cannot serve a client: the database is closed, open it again",
      );
    }
    await this.serve(new Connection(duplex, { signal }));
  }

  /** Serves a client until the connection ends, and logs what fails here. */
  async serve(connection: Connection): Promise<void> {
    const session = serveSession(connection, this.#shared)
      .catch((error) => console.error("Cannot serve a connection", error))
      .finally(() => this.#running.delete(connection));
    this.#running.set(connection, session);
    await session;
  }

  /** Tells a client with an error that there are too many. */
  async refuse(connection: Connection): Promise<void> {
    const session = refuseSession(connection, this.#shared)
      .catch((error) => console.error("Cannot refuse a connection", error))
      .finally(() => this.#running.delete(connection));
    this.#running.set(connection, session);
    await session;
  }

  /** Closes every connection, then the store. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const running = [...this.#running];
    for (const [connection] of running) connection.close();
    await Promise.all(running.map(([, session]) => session));
    await this.#shared.store.close();
  }
}
