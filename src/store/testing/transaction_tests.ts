import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  DummyTransactionContext,
  type Store,
  StoreError,
  StoreEvent,
  StoreKeyEvent,
  StoreTransactionEndEvent,
} from "../core/mod.ts";
import { assertBytes, plain } from "./comparison.ts";
import { filled, LARGE } from "./test_data.ts";
import type { StoreTests } from "./store_tests.ts";

/** The promises of a store without transactions. */
export const noTransactionTests: StoreTests = {
  "a transaction does nothing, and is one object": async (store) => {
    const transaction = store.transaction("one");
    assertInstanceOf(transaction, DummyTransactionContext);
    assertStrictEquals(store.transaction("two"), transaction);
    const heard = record(store);
    await assertRejects(() =>
      transaction.run(async () => {
        await store.setMetadata("a", {});
        throw new Error("no");
      })
    );
    await using entered = await transaction.enter();
    await store.setMetadata("b", {});
    await entered.rollback();
    assertEquals(heard, ["StoreSetEvent a", "StoreSetEvent b"]);
    assertEquals(await store.exists("b"), true);
  },
};

/** The promises of a store with transactions. */
export const transactionTests: StoreTests = {
  "a transaction whose body throws undoes all changes and emits its end":
    async (
      store,
    ) => {
      await store.set("kept", { data: filled(LARGE, 1), metadata: { n: 1 } });
      await store.fromBytes("deleted", filled(LARGE, 2));
      const heard = record(store);
      await assertRejects(
        () =>
          store.transaction("try").run(async () => {
            await store.set("kept", { data: filled(5, 5), metadata: { n: 2 } });
            assertEquals(await store.delete("deleted"), true);
            assertEquals(await store.setIfAbsent("kept", "no"), false);
            assertEquals(await store.setIfAbsent("deleted", "no"), true);
            assertEquals(await store.clear(), 2);
            assertEquals(await Array.fromAsync(store.keys()), []);
            await store.set("kept", "no");
            await store.setData("new", new Blob([filled(LARGE, 3)]));
            await store.updateMetadata("new", { n: 3 });
            assertBytes(await store.toBytes("new"), filled(LARGE, 3));
            throw new RangeError("no");
          }),
        RangeError,
        "no",
      );
      assertBytes(await store.toBytes("kept"), filled(LARGE, 1));
      assertEquals(plain(await store.getMetadata("kept")), { n: 1 });
      assertBytes(await store.toBytes("deleted"), filled(LARGE, 2));
      assertEquals(await store.exists("new"), false);
      assertEquals(heard, [
        "StoreTransactionStartEvent",
        "StoreTransactionEndEvent failed",
      ]);
    },

  "a committed transaction emits its changes after its end, in order": async (
    store,
  ) => {
    const heard = record(store);
    const result = await store.transaction("do").run(async () => {
      await store.setMetadata("b", {});
      await store.setMetadata("a", {});
      await store.delete("b");
      return 7;
    });
    assertEquals(result, 7);
    assertEquals(heard, [
      "StoreTransactionStartEvent",
      "StoreTransactionEndEvent done",
      "StoreSetEvent b",
      "StoreSetEvent a",
      "StoreDeleteEvent b",
    ]);
  },

  "only the outermost of nested transactions begins and ends": async (
    store,
  ) => {
    const heard = record(store);
    await store.transaction("outer").run(async () => {
      await store.transaction("inner").run(() => store.setMetadata("a", {}));
      await using inner = await store.transaction("by hand").enter();
      await inner.commit();
      await assertRejects(() => inner.rollback(), StoreError, "throw an error");
      await store.multiset([["b", { data: filled(3, 3) }]]);
    });
    assertEquals(heard.length, 4);
    assertEquals(heard[1], "StoreTransactionEndEvent done");
  },

  "concurrent transactions and writes wait for their turn": async (store) => {
    const log: string[] = [];
    const transaction = (name: string, fails: boolean) =>
      store.transaction(name).run(async () => {
        log.push(`${name} begins`);
        await store.setMetadata("a", { name });
        await new Promise((resolve) => setTimeout(resolve, 5));
        assertEquals(await store.getMetadata("a"), { name });
        log.push(`${name} ends`);
        if (fails) throw new Error("no");
      });
    const single = async () => {
      await store.updateMetadata("a", { single: true });
      log.push("single");
    };
    await Promise.allSettled([
      transaction("1", false),
      transaction("2", true),
      single(),
      transaction("3", true),
    ]);
    assertEquals(log, [
      "1 begins",
      "1 ends",
      "2 begins",
      "2 ends",
      "single",
      "3 begins",
      "3 ends",
    ]);
    assertEquals(plain(await store.getMetadata("a")), {
      name: "1",
      single: true,
    });
  },

  "a set that waits for a transaction gives up when it is aborted": async (
    store,
  ) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const transaction = store.transaction("long").run(() => promise);
    const abort = new AbortController();
    const data = filled(3, 3);
    const sets = [1, 2].map((n) => {
      const { signal } = n === 1 ? abort : new AbortController();
      return store.set(`${n}`, { data }, { signal });
    });
    await Promise.resolve();
    abort.abort(new Error("enough"));
    await assertRejects(() => sets[0], Error, "enough");
    const late = () => store.set("late", { data }, { signal: abort.signal });
    await assertRejects(late, Error, "enough");
    assertEquals(await store.exists("2"), false);
    resolve();
    await Promise.all([transaction, sets[1]]);
    assertEquals(await Array.fromAsync(store.queryKeys()), ["2"]);
  },

  "every call that waits for a transaction gives up when it is aborted": async (
    store,
  ) => {
    await store.setMetadata("a", { n: 1 });
    const { promise, resolve } = Promise.withResolvers<void>();
    const transaction = store.transaction("long").run(() => promise);
    const abort = new AbortController();
    const options = { signal: abort.signal };
    const waiting: Promise<unknown>[] = [
      store.fromBytes("a", filled(3, 3), options),
      store.setMetadata("a", {}, options),
      store.updateMetadata("a", { n: 2 }, options),
      store.delete("a", options),
      store.multisetMetadata([["a", {}]], options),
      store.transaction("next").run(() => store.delete("a"), options),
      store.transaction("by hand").enter(options),
    ];
    const results = Promise.allSettled(waiting);
    await new Promise((resolve) => setTimeout(resolve, 5));
    abort.abort(new Error("enough"));
    for (const result of await results) {
      assertEquals(result.status, "rejected");
      assertEquals(
        String((result as PromiseRejectedResult).reason),
        "Error: enough",
      );
    }
    resolve();
    await transaction;
    await store.transaction("after").run(() => store.setMetadata("b", {}));
    assertEquals(plain(await store.getMetadata("a")), { n: 1 });
  },

  "a transaction entered by hand is rolled back unless it is committed": async (
    store,
  ) => {
    {
      await using transaction = await store.transaction("by hand").enter();
      await store.setMetadata("a", {});
      await transaction.commit();
      await assertRejects(() => transaction.rollback(), StoreError, "ended");
    }
    const leave = async () => {
      await using _transaction = await store.transaction("by hand").enter();
      await store.setMetadata("b", {});
      throw new Error("half way");
    };
    await assertRejects(leave, Error, "half way");
    await using transaction = await store.transaction("by hand").enter();
    await store.setMetadata("c", {});
    await transaction.rollback();
    assertEquals(await Array.fromAsync(store.queryKeys()), ["a"]);
  },

  "what is entered within a transaction entered by hand belongs to it": async (
    store,
  ) => {
    const heard = record(store);
    {
      await using transaction = await store.transaction("by hand").enter();
      await store.multiset([["a", { data: filled(3, 3) }]]);
      await store.transaction("inner").run(() => store.setMetadata("b", {}));
      await using inner = await store.transaction("inner by hand").enter();
      await store.setMetadata("c", {});
      await inner.commit();
      await transaction.rollback();
    }
    assertEquals(heard, [
      "StoreTransactionStartEvent",
      "StoreTransactionEndEvent failed",
    ]);
    assertEquals(await Array.fromAsync(store.queryKeys()), []);
  },

  "transactions entered by hand and others at the same time wait for each other":
    async (store) => {
      const log: string[] = [];
      const body = async (name: string) => {
        log.push(name);
        await store.setMetadata("a", { name });
        await new Promise((resolve) => setTimeout(resolve, 5));
        assertEquals(plain(await store.getMetadata("a")), { name });
        log.push(name);
      };
      const byHand = async (name: string) => {
        await using transaction = await store.transaction(name).enter();
        await body(name);
        await transaction.commit();
      };
      const run = (name: string) =>
        store.transaction(name).run(() => body(name));
      await Promise.all([byHand("1"), run("2"), byHand("3"), byHand("4")]);
      assertEquals(log.join(""), "11223344");
    },

  "no transaction begins while the store is not connected": async (store) => {
    await store.disconnect();
    const heard = record(store);
    const transaction = store.transaction("too late");
    await assertRejects(() => transaction.run(() => {}), StoreError);
    await assertRejects(() => transaction.enter(), StoreError);
    assertEquals(heard, []);
  },

  "a stream whose first bytes were rolled back is not stored": async (
    store,
  ) => {
    let finish = () => {};
    const begun = Promise.withResolvers<void>();
    const data = async function* () {
      yield filled(LARGE, 1);
      begun.resolve();
      await new Promise<void>((resolve) => finish = resolve);
      yield filled(LARGE, 2);
    };
    let set: Promise<void> = Promise.resolve();
    await assertRejects(() =>
      store.transaction("left behind").run(async () => {
        set = store.setData("a", data());
        set.catch(() => {});
        await begun.promise;
        throw new Error("no");
      })
    );
    finish();
    const error = await set.catch((error) => error);
    if (error) assertEquals(error.code, "ROLLED_BACK");
    else assertEquals((await store.toBytes("a")).length, 2 * LARGE);
    assertEquals(await store.exists("a"), error === undefined);
  },
};

function record(store: Store): string[] {
  const heard: string[] = [];
  store.eventManager.connect(StoreEvent, (event) => {
    const { name } = event.constructor;
    if (event instanceof StoreKeyEvent) heard.push(`${name} ${event.key}`);
    else if (event instanceof StoreTransactionEndEvent) {
      heard.push(`${name} ${event.state}`);
    } else heard.push(name);
  });
  return heard;
}
