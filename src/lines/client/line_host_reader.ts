import { deadline, delay } from "@std/async";
import { checkInteger } from "../../internal/mod.ts";
import { decodeEvent, EventStreamParser } from "../protocol/mod.ts";
import {
  deserializeItem,
  type LineEvent,
  type LineItem,
  lineItems,
  LinesError,
  type LiveLinesOptions,
} from "../buffer/mod.ts";
import { HostClient, type HostClientOptions } from "./host_client.ts";

/** Pause before a live stream that was cut connects again, in milliseconds. */
const RECONNECT_MILLISECONDS = 200;

/** A host shows much more often that it is alive, in milliseconds. */
const SILENCE_MILLISECONDS = 60_000;

/**
 * Reads a {@linkcode LineHostBuffer}, or one of syncstream, over HTTP.
 *
 * @example What is there, and what comes
 * ```ts
 * import { LineHostReader } from "@sluice/sluice/lines";
 *
 * using reader = new LineHostReader("http://localhost:5000/sync-stream");
 * console.log(await reader.read(5));
 * for await (const item of reader.lines()) console.log(String(item));
 * ```
 */
export class LineHostReader {
  /** Base URL of the service. */
  readonly address: string;
  readonly #client: HostClient;

  /**
   * Connects to nothing yet.
   *
   * @param address Base URL of the service, for instance
   * `http://localhost:5000/sync-stream`.
   * @param options How long to try, and what to send along.
   * @throws {TypeError} If the address is not an HTTP URL.
   */
  constructor(address: string, options: HostClientOptions = {}) {
    this.#client = new HostClient(address, options);
    this.address = address;
  }

  /**
   * The items that the host shows, oldest first.
   *
   * @param n Return only the last `n` items.
   * @returns The items.
   * @throws {LinesError} If the host does not answer, or with an error.
   */
  async read(n?: number): Promise<LineItem[]> {
    if (n !== undefined) checkInteger("n", n);
    const { data } = await this.#client.request({
      method: "GET",
      path: n === undefined ? "" : `?n=${n}`,
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
   * @param name Which.
   * @returns Its value, or `null` if the host does not know it.
   */
  async state(name: string): Promise<unknown> {
    const query = new URLSearchParams({ state: name });
    const { data } = await this.#client.request({
      method: "GET",
      path: `-state?${query}`,
    });
    return data ?? null;
  }

  /** Empties the host's buffer. */
  async clear(): Promise<void> {
    await this.#client.request({ method: "DELETE" });
  }

  /** Asks all mirrors of the host to stop. */
  async stopAllMirrors(): Promise<void> {
    await this.#client.request({
      method: "POST",
      path: "-state",
      body: JSON.stringify({ state: "closed", value: "true" }),
    });
  }

  /** Lets the mirrors of the host write again. */
  async resetStates(): Promise<void> {
    await this.#client.request({ method: "DELETE", path: "-state" });
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
    const stopped = new AbortController();
    const events = this.#events(options.stored ?? false, stopped.signal);
    return new ReadableStream({
      async pull(controller) {
        const { done, value } = await events.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        stopped.abort();
        await events.return(undefined).catch(() => {});
      },
    }, { highWaterMark: 0 });
  }

  /** Releases the connection; live streams fail, and reading is an error. */
  close(): void {
    this.#client.close();
  }

  /** Releases the connection. */
  [Symbol.dispose](): void {
    this.close();
  }

  async *#events(
    stored: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<LineEvent[], void> {
    let lastId = "";
    while (!signal.aborted) {
      const response = await this.#client.open({
        method: "GET",
        path: `/live?stored=${stored}`,
        headers: {
          "Accept": "text/event-stream",
          ...(lastId === "" ? {} : { "Last-Event-ID": lastId }),
        },
        signal,
      });
      const parser = new EventStreamParser();
      for await (const chunk of untilCut(response)) {
        const events = parser.push(chunk).map(decodeEvent);
        lastId = parser.lastId || lastId;
        const known = events.filter((it) => it !== undefined);
        if (known.length > 0) yield known;
      }
      await delay(RECONNECT_MILLISECONDS, { signal });
    }
  }
}

/** The text of a response, whether it ends well, is cut or falls silent. */
async function* untilCut(response: Response): AsyncGenerator<string> {
  const text = response.body?.pipeThrough(new TextDecoderStream());
  const reader = text?.getReader();
  try {
    while (reader !== undefined) {
      const { done, value } = await deadline(
        reader.read(),
        SILENCE_MILLISECONDS,
      );
      if (done) return;
      yield value;
    }
  } catch {
    // The next connection goes on where this one was cut.
  } finally {
    await reader?.cancel().catch(() => {});
  }
}
