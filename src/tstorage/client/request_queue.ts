import { abortable } from "@std/async";
import type { Connection } from "../transport/mod.ts";

/** The right of one request to use the connection. */
export interface Turn {
  /** The connection, unless there is none. */
  readonly connection: Connection | undefined;
  /**
   * Passes the right to the next request.
   *
   * @param usable Whether the next request may start where the connection
   * stands; else it is closed.
   */
  end(usable: boolean): void;
}

/** The connection of a channel, and the requests that use it in turn. */
export class RequestQueue {
  #connection: Connection | undefined;
  #attempts = 0;
  /** The last attempt to connect that a close has cancelled. */
  #cancelled = 0;
  #last: Promise<void> = Promise.resolve();

  /** Whether there is a connection that was not closed from this side. */
  get isOpen(): boolean {
    return this.#connection?.isOpen ?? false;
  }

  /** Takes over a connection that exists already. */
  adopt(connection: Connection): void {
    this.#connection = connection;
  }

  /** Closes the connection, if there is one, and connects again. */
  async open(connect: () => Promise<Connection | undefined>): Promise<boolean> {
    const attempt = ++this.#attempts;
    this.#drop(this.#connection);
    const connection = await connect();
    if (connection === undefined) return false;
    if (attempt <= this.#cancelled) return !connection.close();
    // Of two attempts at once the later one stays, and neither leaks.
    this.#drop(this.#connection);
    this.#connection = connection;
    return true;
  }

  /** Closes the connection; `false` if there is none. */
  close(): boolean {
    this.#cancelled = this.#attempts;
    const open = this.#connection?.close() ?? false;
    this.#connection = undefined;
    return open;
  }

  /**
   * Waits until every request before has ended.
   *
   * @param timeout Milliseconds without progress that close the connection
   * during the turn.
   * @param signal An abort ends the waiting and leaves the connection to the
   * others; during the turn it closes the connection.
   * @throws The reason of the signal, if it aborts before the turn.
   */
  async turn(timeout: number, signal?: AbortSignal): Promise<Turn> {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const before = this.#last;
    this.#last = ended;
    try {
      await (signal === undefined ? before : abortable(before, signal));
    } catch (error) {
      before.then(end);
      throw error;
    }
    const connection = this.#connection;
    const watch = connection?.watch(timeout);
    const aborted = () => void connection?.close();
    signal?.addEventListener("abort", aborted);
    return {
      connection,
      end: (usable) => {
        signal?.removeEventListener("abort", aborted);
        watch?.[Symbol.dispose]();
        if (!usable) this.#drop(connection);
        end();
      },
    };
  }

  #drop(connection: Connection | undefined): void {
    connection?.close();
    if (this.#connection === connection) this.#connection = undefined;
  }
}
