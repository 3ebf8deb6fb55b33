/**
 * sluice lets programs exchange files, log lines, key-value blobs and
 * time-series records while they are still being produced, with back-pressure.
 *
 * Each room has an entry of its own, for instance `@sluice/sluice/capio`.
 *
 * @module
 */
export * from "./src/capio/mod.ts";
export * from "./src/events/mod.ts";
export * from "./src/lines/mod.ts";
export * from "./src/store/mod.ts";
export * from "./src/streams/mod.ts";
export * from "./src/tstorage/mod.ts";
