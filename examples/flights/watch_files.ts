/**
 * Draws how files grow, if standard error is a terminal.
 *
 * @module
 */
import { delay } from "@std/async";
import {
  EventManager,
  ProgressManager,
  TerminalProgressBar,
} from "../../src/events/mod.ts";

const MILLISECONDS_BETWEEN_LOOKS = 100;

/**
 * Runs an operation and shows a line for each file that it writes.
 *
 * @param files The names, with the number of bytes to come, -1 if not known.
 * @param sizeOf Returns the present size of a file, `undefined` if there is none.
 */
export async function watchFiles<T>(
  files: ReadonlyMap<string, number>,
  sizeOf: (name: string) => number | undefined,
  operation: () => Promise<T>,
): Promise<T> {
  if (!Deno.stderr.isTerminal()) return await operation();
  const events = new EventManager();
  using _bars = new TerminalProgressBar(events, { delay: 0 });
  const ended = new AbortController();
  const watches = [...files].map(([name, steps]) => {
    const message = name.padEnd(12);
    const progress = new ProgressManager(events, {
      message,
      steps,
      unit: "bytes",
    });
    return progress.run(async () => {
      while (true) {
        const step = sizeOf(name);
        if (step !== undefined) progress.step({ step });
        await delay(MILLISECONDS_BETWEEN_LOOKS, { signal: ended.signal });
      }
    });
  });
  try {
    return await operation();
  } finally {
    ended.abort();
    await Promise.allSettled(watches);
  }
}
