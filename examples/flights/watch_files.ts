/**
 * Draws how files grow, where standard error is a terminal.
 *
 * @module
 */
import { abortable, delay } from "@std/async";
import { basename } from "@std/path";
import {
  EventManager,
  ProgressManager,
  TerminalProgressBar,
} from "../../src/events/mod.ts";

const MILLISECONDS_BETWEEN_LOOKS = 100;

/**
 * Runs an operation, with a line for each file that it writes. The files are
 * looked at with `Deno.stat`: inside a CAPIO context also while they are not
 * published yet.
 *
 * @param files The paths, with the number of bytes to come, -1 if not known.
 */
export async function watchFiles<T>(
  files: ReadonlyMap<string, number>,
  operation: () => Promise<T>,
): Promise<T> {
  const events = new EventManager();
  using _bars = new TerminalProgressBar(events, { delay: 0 });
  const ended = new AbortController();
  const watches = [...files].map(([path, steps]) => {
    const message = basename(path).padEnd(11);
    const progress = new ProgressManager(events, {
      message,
      steps,
      unit: "bytes",
    });
    return progress.run(() => watch(path, progress, ended.signal));
  });
  try {
    return await operation();
  } finally {
    ended.abort();
    await Promise.allSettled(watches);
  }
}

async function watch(
  path: string,
  progress: ProgressManager,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const size = await abortable(sizeOf(path), signal);
    if (size !== undefined) progress.step({ step: size });
    await delay(MILLISECONDS_BETWEEN_LOOKS, { signal });
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
