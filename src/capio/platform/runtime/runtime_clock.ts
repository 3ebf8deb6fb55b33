/**
 * The clocks and timers of the runtime, as they were when this module was
 * loaded: a program may put others in their place, which stand still, and its
 * waits must go on and its events must not carry their times.
 */

/** Unix time in milliseconds. */
export const wallClock: () => number = Date.now.bind(Date);

/** Milliseconds since the start of the thread; it never goes back. */
export const steadyClock: () => number = performance.now.bind(performance);

/** Calls a function after some milliseconds. */
export const startTimeout: typeof setTimeout = setTimeout;

/** Ends what {@linkcode startTimeout} has started. */
export const stopTimeout: typeof clearTimeout = clearTimeout;
