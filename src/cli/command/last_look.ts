import { delay } from "@std/async";

/**
 * Longest time from a signal to the first of several programs to that to the
 * last, in ms: a terminal sends it to one after the other.
 */
const SPREAD_MILLISECONDS = 50;

/** Longest wait for the own signal, in ms, on a machine that is busy. */
const MOST_MILLISECONDS = 2000;

/** A signal that does nothing to a program, whether it listens or not. */
const PROBE = "SIGURG";

/**
 * Looks whether a signal is under way. A command that stores what it was given
 * on standard input calls this at the end of that input and before it stores: a
 * signal of a terminal ends the producer as well, and the end of its output may
 * be seen first.
 *
 * @throws The reason of `signal`, if it has aborted.
 */
export async function lastLook(signal: AbortSignal): Promise<void> {
  // What another program was sent before it ended has reached this one before
  // what it sends itself. The handler of the second signal may interrupt that of
  // the first one, but both have run before a third one is sent.
  for (let sent = 0; sent < 2 && !signal.aborted; sent++) await ownSignal();
  if (!signal.aborted) await delay(SPREAD_MILLISECONDS, { signal });
  signal.throwIfAborted();
}

/** Sends a signal to this program and waits until it has come. */
async function ownSignal(): Promise<void> {
  // Nobody is asked for a permission here.
  const permission = Deno.permissions.querySync({ name: "run" });
  if (permission.state !== "granted") return await delay(SPREAD_MILLISECONDS);
  const { promise: come, resolve } = Promise.withResolvers<void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    Deno.addSignalListener(PROBE, resolve);
    timer = setTimeout(resolve, MOST_MILLISECONDS);
    Deno.kill(Deno.pid, PROBE);
    await come;
  } catch {
    // Windows has no such signal.
    await delay(SPREAD_MILLISECONDS);
  } finally {
    clearTimeout(timer);
    stopListening(resolve);
  }
}

function stopListening(listener: () => void): void {
  try {
    Deno.removeSignalListener(PROBE, listener);
  } catch {
    // Nothing was listening.
  }
}
