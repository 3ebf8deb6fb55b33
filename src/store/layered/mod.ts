/**
 * Stores that are made of other stores.
 *
 * @module
 */
export * from "./joined_store.ts";
export { type Layer, LayeredStore } from "./layered_store.ts";
export * from "./mounted_store.ts";
