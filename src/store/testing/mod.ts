/**
 * The contract that every store keeps, as tests for a backend of your own.
 *
 * ```ts
 * import { MemoryStore } from "@sluice/sluice/store";
 * import { testStore } from "@sluice/sluice/store/testing";
 *
 * testStore("memory", () => new MemoryStore().connect());
 * ```
 *
 * @module
 */
export { HOSTILE_KEYS, type TestEntry } from "./test_entries.ts";
export * from "./test_store.ts";
