import { Connection, type ConnectionOptions } from "./connection.ts";

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
  #last: Promise<void> = Promise.resolve();

  /** Connects anew, closing the connection that there may be. */
  async open(options: ConnectionOptions): Promise<boolean> {
    this.close();
    const connection = await Connection.open(options);
    if (connection === undefined) return false;
    // Of two attempts at once the later one stays, and neither leaks.
    this.close();
    this.#connection = connection;
    return true;
  }

  /** Closes the connection; `false` if there is none. */
  close(): boolean {
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
