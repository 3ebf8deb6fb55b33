import { abortable } from "@std/async";
import type { Connection } from "../transport/mod.ts";

const NEVER_CONNECTED = new Error("The channel is not connected");
const CLOSED_HERE = new Error("The channel was closed here");

/** The right of one request to use the connection. */
export interface Turn {
  /** The connection, unless there is none. */
  readonly connection: Connection | undefined;
  /** Why there is no connection, or none any more. */
  readonly loss: unknown;
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
  /** Why there is no connection. */
  #absence: unknown = NEVER_CONNECTED;

  /** Whether there is a connection that was not closed from this side. */
  get isOpen(): boolean {
    return this.#connection?.isOpen ?? false;
  }

  /** Takes over a connection that exists already. */
  adopt(connection: Connection): void {
    this.#connection = connection;
  }

  /** Why there is no connection. */
  get absence(): unknown {
    return this.#connection?.loss ?? this.#absence;
  }

  /**
   * Closes the connection, if there is one, and connects again.
   *
   * @param connect Resolves to the connection, or to the error why there is none.
   * @returns Whether there is a connection now.
   */
  async open(connect: () => Promise<Connection | Error>): Promise<boolean> {
    const attempt = ++this.#attempts;
    this.#drop(this.#connection);
    const connection = await connect();
    if (connection instanceof Error) {
      this.#absence = connection;
      return false;
    }
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
    this.#absence = CLOSED_HERE;
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
    const absence = this.#absence;
    const aborted = () => void connection?.close(signal?.reason);
    signal?.addEventListener("abort", aborted);
    return {
      connection,
      get loss() {
        return connection === undefined ? absence : connection.loss;
      },
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
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    if (connection !== undefined) this.#absence = connection.loss;
  }
}
