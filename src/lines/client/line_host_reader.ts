import { checkBoolean, checkInteger, checkSignal } from "../../internal/mod.ts";
import {
  deserializeItem,
  type LineEvent,
  type LineItem,
  lineItems,
  LinesError,
  type LiveLinesOptions,
  signalOf,
  type WaitOptions,
} from "../buffer/mod.ts";
import { LineEventDecoder } from "../protocol/mod.ts";
import { HostClient, type HostClientOptions } from "./host_client.ts";
import { resumedEvents } from "./resumed_events.ts";

/**
 * Reads a {@linkcode LineHostBuffer}, or one of syncstream, over HTTP.
 *
 * Import it from `@sluice/sluice/lines`; `@sluice/sluice` has it too, and loads
 * all modules.
 *
 * @example The items so far, and those to come
 * ```ts
 * import { LineHostReader } from "@sluice/sluice/lines";
 *
 * using reader = new LineHostReader("http://localhost:5000/sync-stream");
 * console.log(await reader.read(5));
 * for await (const item of reader.lines()) console.log(String(item));
 * ```
 */
export class LineHostReader {
  /** Base URL of the service, without user and password. */
  readonly address: string;
  readonly #client: HostClient;

  /**
   * Connects to nothing yet.
   *
   * @param address Base URL of the service, for instance
   * `http://localhost:5000/sync-stream`.
   * @param options How long to try, and what to send along.
   * @throws {TypeError} If the address is not an HTTP URL, or an option is of
   * the wrong type.
   * @throws {RangeError} If the timeout is not a positive integer.
   */
  constructor(address: string, options: HostClientOptions = {}) {
    this.#client = new HostClient(address, options);
    this.address = this.#client.address;
  }

  /**
   * The items that the host shows, oldest first.
   *
   * @param n Return only the last `n` items.
   * @param options Signal that ends the wait.
   * @returns The items.
   * @throws {LinesError} If the host does not answer, or with an error.
   */
  async read(n?: number, options: WaitOptions = {}): Promise<LineItem[]> {
    if (n !== undefined) checkInteger("n", n);
    const { data } = await this.#client.request({
      method: "GET",
      path: n === undefined ? "" : `?n=${n}`,
      signal: signalOf(options),
    });
    try {
      if (Array.isArray(data)) return data.map(deserializeItem);
    } catch (cause) {
      throw new LinesError("REJECTED", "The host answers other items", {
        cause,
      });
    }
    throw new LinesError("REJECTED", "The host answers without items");
  }

  /**
   * A state of the host: `"closed"` whether its mirrors are asked to stop,
   * `"maxlen"`, `"curlen"` how many items it shows, `"dropped"` how many gave
   * way to newer ones.
   *
   * @param name The name of the state.
   * @param options Signal that ends the wait.
   * @returns The value, or `null` if the host does not know the state.
   */
  async state(name: string, options: WaitOptions = {}): Promise<unknown> {
    const query = new URLSearchParams({ state: name });
    const { data } = await this.#client.request({
      method: "GET",
      path: `-state?${query}`,
      signal: signalOf(options),
    });
    return data ?? null;
  }

  /**
   * Empties the host's buffer.
   *
   * @param options Signal that ends the wait.
   */
  async clear(options: WaitOptions = {}): Promise<void> {
    const signal = signalOf(options);
    await this.#client.request({ method: "DELETE", signal });
  }

  /**
   * Asks all mirrors of the host to stop.
   *
   * @param options Signal that ends the wait.
   */
  async stopAllMirrors(options: WaitOptions = {}): Promise<void> {
    await this.#client.request({
      method: "POST",
      path: "-state",
      body: JSON.stringify({ state: "closed", value: "true" }),
      signal: signalOf(options),
    });
  }

  /**
   * Lets the mirrors of the host write again.
   *
   * @param options Signal that ends the wait.
   */
  async resetStates(options: WaitOptions = {}): Promise<void> {
    const signal = signalOf(options);
    await this.#client.request({ method: "DELETE", path: "-state", signal });
  }

  /**
   * The items as they come. The stream goes on after a lost connection or a
   * restart of the host, without gaps or repeats, and fails when the host
   * cannot be reached again. Hosts of syncstream have no such stream.
   *
   * @param options Where to start.
   * @returns A stream without an end.
   */
  lines(options: LiveLinesOptions = {}): ReadableStream<LineItem> {
    return this.events(options).pipeThrough(lineItems());
  }

  /**
   * As {@linkcode lines}, with all that happens in the buffer, in batches.
   *
   * @param options Where to start.
   * @returns A stream without an end.
   */
  events(options: LiveLinesOptions = {}): ReadableStream<LineEvent[]> {
    const { stored = false, signal } = options;
    checkBoolean("stored", stored);
    checkSignal("signal", signal);
    return resumedEvents(
      (lastId, stopped) => this.#openLive(stored, lastId, stopped),
      this.#client.maxReplyBytes,
    ).pipeThrough(new LineEventDecoder(), {
      signal,
    });
  }

  /** Releases the connection; live streams fail, and reading is an error. */
  close(): void {
    this.#client.close();
  }

  /** Releases the connection. */
  [Symbol.dispose](): void {
    this.close();
  }

  #openLive(
    stored: boolean,
    lastId: string,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    return this.#client.open({
      method: "GET",
      path: `/live?stored=${stored}`,
      headers: {
        "Accept": "text/event-stream",
        ...(lastId === "" ? {} : { "Last-Event-ID": lastId }),
      },
      signal,
    });
  }
}
