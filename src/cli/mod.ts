/**
 * The `sluice` command line.
 *
 * @module
 */
export {};
