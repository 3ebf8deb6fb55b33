import { startTimeout } from "./runtime_clock.ts";

let ending = false;

/**
 * Notes that this thread now runs its last listeners. That holds until the next
 * turn of its event loop, in case there is one.
 */
export function beginEnding(): void {
  if (ending) return;
  ending = true;
  Deno.unrefTimer(startTimeout(() => ending = false, 0));
}

/**
 * Returns whether this thread runs its last listeners. What is asynchronous
 * then has no continuation; but what it begins with still happens.
 */
export function isEnding(): boolean {
  return ending;
}
