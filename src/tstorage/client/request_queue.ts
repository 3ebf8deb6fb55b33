import { Connection, type ConnectionOptions } from "../transport/connection.ts";

/** The right to use the connection until it is given back. */
export interface Turn {
  /** The connection, unless there is none. */
  readonly connection: Connection | undefined;
  /**
   * Gives the right to the next in line.
   *
   * @param usable Whether the connection stands where a request may start;
   * else it is closed.
   */
  end(usable: boolean): void;
}

/** The connection of a channel, used by one request after another. */
export class Exchange {
  #connection: Connection | undefined;
  #attempts = 0;
  /** The last attempt to connect that a close has made void. */
  #voided = 0;
  #last: Promise<void> = Promise.resolve();

  /** Connects anew, closing the connection that there may be. */
  async open(options: ConnectionOptions): Promise<boolean> {
    const attempt = ++this.#attempts;
    this.#drop(this.#connection);
    const connection = await Connection.open(options);
    if (connection === undefined) return false;
    if (attempt <= this.#voided) return !connection.close();
    // Of two attempts at once the later one stays, and neither leaks.
    this.#drop(this.#connection);
    this.#connection = connection;
    return true;
  }

  /** Closes the connection; `false` if there is none. */
  close(): boolean {
    this.#voided = this.#attempts;
    const open = this.#connection?.close() ?? false;
    this.#connection = undefined;
    return open;
  }

  /** Waits until every request before has ended. */
  async turn(timeout: number): Promise<Turn> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#last;
    this.#last = promise;
    await before;
    const connection = this.#connection;
    const watch = connection?.watch(timeout);
    return {
      connection,
      end: (usable) => {
        watch?.[Symbol.dispose]();
        if (!usable) this.#drop(connection);
        resolve();
      },
    };
  }

  #drop(connection: Connection | undefined): void {
    connection?.close();
    if (this.#connection === connection) this.#connection = undefined;
  }
}
