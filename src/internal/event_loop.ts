import { setImmediate } from "node:timers/promises";

/**
 * Resolves in a later turn of the event loop, after timers, sockets and other
 * work of the program have run. This takes one to two milliseconds.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/**
 * Resolves after the timers that are due have run. This takes microseconds, in
 * which sockets and files hardly ever get their turn.
 */
export function shortTurn(): Promise<void> {
  return setImmediate();
}
