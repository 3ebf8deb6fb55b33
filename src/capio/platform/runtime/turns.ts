import { steadyClock } from "./runtime_clock.ts";

/** Longest time for which calls are answered without a turn, in ms. */
const LONGEST_MILLISECONDS = 2;

/** The largest piece of data that is read or written at once, in bytes. */
export const SMALL_BYTES: number = 64 * 1024;

let end = 0;

/** Notes that the event loop of this thread has just turned. */
export function noteTurn(): void {
  end = steadyClock() + LONGEST_MILLISECONDS;
}

/**
 * Returns whether an asynchronous call may do a small thing synchronously: the
 * page cache answers in a tenth of the time that a hop to another thread takes.
 * Timers and events of the program wait for a moment at most, for a call goes to
 * another thread when the last one to do so is a while ago.
 */
export function mayAnswerAtOnce(): boolean {
  return steadyClock() < end;
}
