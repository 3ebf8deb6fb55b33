/**
 * A store of the files below a URL, to be read over HTTP.
 *
 * @module
 */
export * from "./url_store.ts";
