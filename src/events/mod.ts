/**
 * Events, progress reports and the terminal progress bar.
 *
 * @module
 */
export {};
