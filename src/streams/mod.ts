/**
 * Byte streams with real back-pressure, the building blocks of every other room.
 *
 * @module
 */
export {};
