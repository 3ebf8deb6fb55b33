/**
 * Line buffers and their mirrors, which carry what a process prints elsewhere.
 *
 * @module
 */
export {};
