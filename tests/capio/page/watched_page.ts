import { EventStreamDecoder } from "../../../src/lines/protocol/mod.ts";

/** One live connection to a page, as a browser has it. */
export class WatchedPage implements AsyncDisposable {
  readonly #leaving = new AbortController();
  readonly #url: string;
  #events: ReadableStreamDefaultReader<Event[]> | undefined;
  #come: Event[] = [];

  /** @param url The address of the page. */
  constructor(url: string) {
    this.#url = url;
  }

  /** Connects, and goes on after an event if its id is given. */
  async connect(lastEventId?: string): Promise<Response> {
    const response = await fetch(new URL("live", this.#url), {
      headers: lastEventId ? { "last-event-id": lastEventId } : {},
      signal: this.#leaving.signal,
    });
    this.#events = response.body?.pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventStreamDecoder(2 ** 24)).getReader();
    return response;
  }

  /** The next event, or nothing at the end. */
  async next(): Promise<Event | undefined> {
    while (this.#come.length === 0) {
      const { done, value = [] } = await this.#events?.read() ?? { done: true };
      if (done) return undefined;
      this.#come = value;
    }
    return this.#come.shift();
  }

  /** The first update that is as the test wants it. */
  async until(
    // deno-lint-ignore no-explicit-any
    isWanted: (update: any) => unknown,
    // deno-lint-ignore no-explicit-any
  ): Promise<any> {
    for (let event; (event = await this.next());) {
      const update = JSON.parse(event.data ?? "");
      if (isWanted(update)) return update;
    }
    throw new Error("The updates have ended without the one that is wanted");
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#leaving.abort();
    return this.#events?.cancel().catch(() => {}) ?? Promise.resolve();
  }
}

type Event = { event?: string; data?: string; id?: string };
