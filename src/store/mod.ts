/**
 * Key-value stores with byte-stream values, metadata, transactions and events.
 *
 * @module
 */
export {};
