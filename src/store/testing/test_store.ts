import { isDeno } from "../../internal/mod.ts";
import type { ReadOnlyStore, Store } from "../core/mod.ts";
import { ignoring } from "./comparison.ts";
import { ENTRIES, type TestEntry } from "./test_entries.ts";
import { concurrencyTests } from "./concurrency_tests.ts";
import { readingTests } from "./reading_tests.ts";
import { refusalTests } from "./refusal_tests.ts";
import { eventTests } from "./event_tests.ts";
import { setTests } from "./set_tests.ts";
import { noTransactionTests, transactionTests } from "./transaction_tests.ts";
import { writingTests } from "./writing_tests.ts";

/** Options for {@linkcode testStore}. */
export interface TestStoreOptions {
  /**
   * `true` tests the transactions, `false` that there are none.
   *
   * @default {true}
   */
  transactions?: boolean;
}

/**
 * Defines the tests of a store that can be written: one for each promise of the
 * contract.
 *
 * @example Usage
 * ```ts
 * import { FileStore } from "@sluice/sluice/store";
 * import { testStore } from "@sluice/sluice/store/testing";
 *
 * testStore("file", async () => {
 *   return await new FileStore(await Deno.makeTempDir()).connect();
 * }, { transactions: false });
 * ```
 *
 * @param name The text that the names of the tests begin with.
 * @param open Makes an empty store and connects it; the test disconnects it.
 * @param options The abilities of the store.
 */
export function testStore(
  name: string,
  open: () => Promise<Store>,
  options: TestStoreOptions = {},
): void {
  testReadOnlyStore(name, async (entries) => {
    const store = await open();
    for (const [key, value] of entries) {
      await ignoring(RangeError, () => store.set(key, value));
    }
    return store;
  });
  const { transactions = true } = options;
  define(name, writingTests, open);
  define(name, setTests, open);
  define(name, refusalTests, open);
  define(name, concurrencyTests, open);
  define(name, eventTests, open);
  define(name, transactions ? transactionTests : noTransactionTests, open);
}

/**
 * Defines the tests of a store that can be read: one for each promise of the
 * contract.
 *
 * @example Usage
 * ```ts
 * import { MemoryStore } from "@sluice/sluice/store";
 * import { testReadOnlyStore } from "@sluice/sluice/store/testing";
 *
 * testReadOnlyStore("memory", async (entries) => {
 *   const store = await new MemoryStore().connect();
 *   await store.multiset(entries);
 *   return store;
 * });
 * ```
 *
 * @param name The text that the names of the tests begin with.
 * @param open Makes a store of the entries, without those whose keys lie beyond
 * its limits, and connects it; the test disconnects it.
 */
export function testReadOnlyStore(
  name: string,
  open: (entries: readonly TestEntry[]) => Promise<ReadOnlyStore>,
): void {
  define(name, readingTests, () => open(ENTRIES));
}

function define<S extends ReadOnlyStore>(
  name: string,
  tests: Readonly<Record<string, (store: S) => Promise<void>>>,
  open: () => Promise<S>,
): void {
  for (const [promise, test] of Object.entries(tests)) {
    defineTest(`${name}: ${promise}`, async () => {
      await using store = await open();
      await test(store);
    });
  }
}

/** Elsewhere than in Deno it is the runner of Node.js that runs it. */
function defineTest(name: string, test: () => Promise<void>): void {
  if (isDeno) return Deno.test(name, test);
  // deno-lint-ignore no-process-global
  process.getBuiltinModule("node:test").test(name, test);
}
