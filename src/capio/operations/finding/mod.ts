/**
 * Where the path of a call leads, what the call needs for it, and when it may go
 * on: the steps with which every operation begins.
 *
 * @module
 */
export * from "./access.ts";
export * from "./at_location.ts";
export * from "./endpoint.ts";
export * from "./settled.ts";
export * from "./stat.ts";
export * from "./until_at.ts";
export * from "./until_made.ts";
