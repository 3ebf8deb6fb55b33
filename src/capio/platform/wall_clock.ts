/**
 * Unix time in milliseconds by the clock of the runtime, as it was when this
 * module was loaded: a program may put another clock in the place of
 * `Date.now`, and the events of its journal must not carry that one's times.
 */
export const wallClock: () => number = Date.now.bind(Date);
