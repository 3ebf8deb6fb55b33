import { delay } from "@std/async";
import { pacedStream, withHeartbeats } from "../../streams/mod.ts";
import type { PageSource } from "./page_source.ts";
import { updateBetween } from "./page_updates.ts";

/** Time after which a browser that lost its connection tries again, in ms. */
const RETRY_MILLISECONDS = 1_000;

/** Silence after which a heartbeat is sent, in milliseconds. */
const HEARTBEAT_MILLISECONDS = 15_000;

/** A browser that takes nothing for so long is dropped, in milliseconds. */
const STALL_MILLISECONDS = 30_000;

/** Time for a browser to leave after the last state, in milliseconds. */
export const LEAVE_MILLISECONDS = 1_000;

/** Options for {@linkcode liveUpdates}. */
export interface LiveUpdatesOptions {
  /** Names the source in the ids of events, so that a browser notices another one. */
  readonly sourceId: string;
  /** The id of the last event that the browser has got, if any. */
  readonly lastEventId: string | null;
  /**
   * Least milliseconds between two updates: what changes in between is sent at
   * once.
   *
   * @default {200}
   */
  readonly pause?: number;
  /** Called once when the stream has ended, however it did. */
  onEnd(): void;
}

/**
 * Returns a page and what changes on it as server-sent events, until the
 * workflow has ended. An update is made when the browser has taken the one
 * before it, and leads to the page of that moment: a slow browser gets fewer
 * updates, and costs one page and one update of memory.
 */
export function liveUpdates(
  source: PageSource,
  options: LiveUpdatesOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const left = new AbortController();
  const onEnd = () => {
    left.abort();
    options.onEnd();
  };
  const texts = ReadableStream.from(eventsOf(source, options, left.signal));
  const interval = HEARTBEAT_MILLISECONDS;
  return pacedStream(
    withHeartbeats(texts, { interval, signal: left.signal, onEnd })
      .pipeThrough(new TextEncoderStream()),
    { stallTimeout: STALL_MILLISECONDS },
  );
}

async function* eventsOf(
  source: PageSource,
  { sourceId, lastEventId, pause: leastPause = 200 }: LiveUpdatesOptions,
  signal: AbortSignal,
): AsyncGenerator<string> {
  yield `retry: ${RETRY_MILLISECONDS}\n\n`;
  const isKnown = lastEventId === `${sourceId}-${source.version}`;
  let shown = isKnown ? source.encoded() : undefined;
  while (!signal.aborted) {
    const { version } = source;
    const begun = performance.now();
    const page = source.encoded();
    const update = updateBetween(shown, page, Date.now());
    // With very many files an update takes long: pause after it.
    const pause = Math.max(leastPause, 4 * (performance.now() - begun));
    // A browser that still shows an earlier page clears it at a whole one.
    const event = shown ? "update" : "page";
    if (update !== undefined) {
      yield `id: ${sourceId}-${version}\nevent: ${event}\ndata: ${update}\n\n`;
    }
    shown = page;
    if (source.isOver && source.version === version) {
      yield "event: end\ndata: {}\n\n";
      // The browser leaves by itself when it has got all.
      return await delay(LEAVE_MILLISECONDS, { signal }).catch(() => {});
    }
    await source.after(version, signal);
    await delay(pause, { signal }).catch(() => {});
  }
}
