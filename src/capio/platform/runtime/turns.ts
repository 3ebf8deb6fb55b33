import { steadyClock } from "./runtime_clock.ts";

/** Usual time for which calls are answered without a turn, in ms. */
const USUAL_MILLISECONDS = 2;
/** Longest such time: on a busy machine a turn takes long, in ms. */
const LONGEST_MILLISECONDS = 8;
/** How many times as long as a turn takes it may be until the next one. */
const TURN_TIMES = 16;

/** The largest piece of data that is read or written at once, in bytes. */
export const SMALL_BYTES: number = 64 * 1024;

let end = 0;

/**
 * Notes that the event loop of this thread has just turned, for a call that was
 * begun at a time of {@linkcode steadyClock}.
 */
export function noteTurn(begun: number): void {
  const now = steadyClock();
  const time = TURN_TIMES * (now - begun);
  end = now +
    Math.min(Math.max(time, USUAL_MILLISECONDS), LONGEST_MILLISECONDS);
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
