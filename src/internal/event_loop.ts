/**
 * Resolves in the next turn of the event loop, when timers, sockets and other
 * work of the program have had theirs.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
