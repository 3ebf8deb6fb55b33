/**
 * The channel to the time-series database TStorage, and an embedded server.
 *
 * @module
 */
export {};
