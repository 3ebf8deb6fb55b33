import { assertEquals, assertRejects } from "@std/assert";
import { assertBytes, plain } from "./comparison.ts";
import { failing, filled, LARGE, SMALL } from "./test_data.ts";
import type { StoreTests } from "./store_tests.ts";

/** The promises of writes that fail. */
export const refusalTests: StoreTests = {
  "wrong arguments are refused before a byte is read": async (store) => {
    const wrong = (value: unknown) => value as never;
    const source = () => {
      return new ReadableStream<Uint8Array>({
        pull() {
          throw new Error("the source was read");
        },
      }, { highWaterMark: 0 });
    };
    const cyclic: Record<string, unknown> = {};
    cyclic.self = [cyclic];
    const metadata: unknown[] = [
      null,
      7,
      [1],
      new Map(),
      { a: undefined },
      { a: NaN },
      { a: [1n] },
      { a: new Date() },
      { a: { b: () => {} } },
      cyclic,
    ];
    for (const wrongMetadata of metadata) {
      const value = { data: source(), metadata: wrong(wrongMetadata) };
      await assertRejects(() => store.set("a", value), TypeError, "metadata");
      await assertRejects(
        () => store.setMetadata("a", wrong(wrongMetadata)),
        TypeError,
        "metadata",
      );
    }
    for (const data of [null, 7, "\udc00x", {}, new Date(), undefined]) {
      await assertRejects(() => store.setData("a", wrong(data)), TypeError);
      await assertRejects(
        () => store.set("a", { data: wrong(data) }),
        TypeError,
      );
    }
    for (const bufferSize of [0, -1, 1.5, NaN]) {
      for (const data of [source(), filled(3, 3)]) {
        await assertRejects(
          () => store.setData("a", data, { bufferSize }),
          RangeError,
          "bufferSize",
        );
      }
    }
    for (const key of [undefined, 7, "\udc00x"]) {
      await assertRejects(
        () => store.set(wrong(key), { data: source() }),
        TypeError,
        '"key" must',
      );
      await assertRejects(() => store.delete(wrong(key)), TypeError);
      await assertRejects(() => store.setMetadata(wrong(key), {}), TypeError);
    }
    await assertRejects(() => store.fromBytes("a", wrong([1])), TypeError);
    for (const value of [undefined, null, 7, {}]) {
      for (const name of ["set", "setIfAbsent"] as const) {
        await assertRejects(
          () => store[name]("a", wrong(value)),
          TypeError,
          '"value" must be a string, a Uint8Array or an object with data',
        );
      }
    }
    for (const value of ["\ud800", { data: "\ud800" }]) {
      await assertRejects(
        () => store.set("a", value),
        TypeError,
        "must be a string without lone surrogates",
      );
    }
    await assertRejects(
      () => store.set("a", { data: source() }, { progress: wrong(7) }),
      TypeError,
      '"progress" must be',
    );
    for (const size of [-2, 0.5, NaN, "5"]) {
      await assertRejects(
        () => store.set("a", { data: source(), size: wrong(size) }),
        typeof size === "number" ? RangeError : TypeError,
        '"size" must be',
      );
    }
    for (const several of [undefined, null, 7, "ab", { a: filled(3, 3) }]) {
      await assertRejects(
        () => store.multisetData(wrong(several)),
        TypeError,
        '"data" must be a list or stream of [key, item] pairs',
      );
    }
    assertEquals(await Array.fromAsync(store.queryKeys()), []);
  },

  "a source that fails midway leaves the old value, and set fails with its error":
    async (
      store,
    ) => {
      for (const size of [SMALL, LARGE]) {
        const data = filled(size, 1);
        await store.set("a", { data, metadata: { n: 1 } });
        for (const after of [0, 10, LARGE]) {
          for (const key of ["a", "new"]) {
            await assertRejects(
              () =>
                store.set(key, { data: failing(after), metadata: { n: 2 } }),
              Error,
              "source broke",
            );
          }
        }
        assertBytes(await store.toBytes("a"), data);
        assertEquals(plain(await store.getMetadata("a")), { n: 1 });
        assertEquals(await Array.fromAsync(store.queryKeys()), ["a"]);
      }
    },

  "every write with an aborted signal fails with its reason": async (store) => {
    const data = filled(SMALL, 1);
    await store.fromBytes("a", data);
    const options = { signal: AbortSignal.abort(new Error("enough")) };
    const calls: (() => Promise<unknown>)[] = [
      () => store.set("a", { data: filled(3, 3) }, options),
      () => store.setIfAbsent("b", { data: filled(3, 3) }, options),
      () => store.clear(options),
      () => store.setData("a", new Blob(["b"]), options),
      () => store.fromBytes("a", filled(3, 3), options),
      () => store.setMetadata("a", { n: 1 }, options),
      () => store.updateMetadata("a", { n: 1 }, options),
      () => store.delete("a", options),
      () => store.multiset([["a", { data: filled(3, 3) }]], options),
      () => store.multisetData([["a", filled(3, 3)]], options),
      () => store.multisetMetadata([["a", { n: 1 }]], options),
      () => store.multiupdateMetadata([["a", { n: 1 }]], options),
      () => store.transaction("late").run(() => store.delete("a"), options),
      () => store.transaction("late").enter(options),
    ];
    for (const call of calls) await assertRejects(call, Error, "enough");
    assertBytes(await store.toBytes("a"), data);
    assertEquals(plain(await store.getMetadata("a")), {});
  },

  "an aborted set leaves the old value and cancels its source": async (
    store,
  ) => {
    await store.fromBytes("a", filled(SMALL, 1));
    const abort = new AbortController();
    let cancelled: unknown;
    const data = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(filled(100_000, 1));
        return new Promise((resolve) => setTimeout(resolve, 1));
      },
      cancel(reason) {
        cancelled = reason;
      },
    });
    setTimeout(() => abort.abort(new Error("enough")), 20);
    await assertRejects(
      () => store.set("a", { data }, { signal: abort.signal }),
      Error,
      "enough",
    );
    assertEquals((cancelled as Error).message, "enough");
    const { signal } = abort;
    await assertRejects(
      () => store.setData("a", filled(5, 5), { signal }),
      Error,
      "enough",
    );
    assertBytes(await store.toBytes("a"), filled(SMALL, 1));
  },
};
