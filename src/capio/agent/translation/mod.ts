/**
 * What a line of the local journal says to other machines, what a line of another
 * one does here, and which files are wanted, as pure functions.
 *
 * @module
 */
export * from "./inward.ts";
export * from "./outward.ts";
export * from "./received.ts";
export * from "./wishes.ts";
