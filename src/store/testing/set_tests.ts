import { assertEquals, assertRejects } from "@std/assert";
import { HashingStream } from "../../streams/mod.ts";
import { StoreError } from "../core/mod.ts";
import { assertBytes, plain } from "./comparison.ts";
import { failing, filled, LARGE, SMALL } from "./test_data.ts";
import type { StoreTests } from "./store_tests.ts";

/** The promises of what a value may consist of, and of its progress. */
export const setTests: StoreTests = {
  "texts are stored in UTF-8, and read as text or JSON": async (store) => {
    const text = "\uFEFFäöü €\r\n😀";
    await store.set("value", text);
    await store.set("object", { data: text, metadata: { n: 1 } });
    await store.setData("data", text);
    await store.fromBytes("bytes", text);
    await store.multiset([["several", text]]);
    const options = { bufferSize: 3, signal: new AbortController().signal };
    await store.setData("in parts", text, options);
    for await (const key of store.keys()) {
      assertEquals(await (await store.get(key)).text(), text);
      assertBytes(await store.toBytes(key), new TextEncoder().encode(text));
    }
    assertEquals(plain(await store.getMetadata("object")), { n: 1 });
    await store.set("json", '\uFEFF{"a": [1, null]}');
    assertEquals(await (await store.get("json")).json(), { a: [1, null] });
    const noJson = await store.get("value");
    const error = await assertRejects(() => noJson.json(), StoreError);
    assertEquals(error.code, "NOT_JSON");
    await store.set("binary", new Uint8Array([0xff, 0xfe]));
    const binary = await store.get("binary");
    for (const read of [() => binary.text(), () => binary.json()]) {
      const error = await assertRejects(read, StoreError, "use bytes()");
      assertEquals(error.code, "NOT_TEXT");
    }
  },

  "metadata may be a promise, which is waited for when the data is read":
    async (store) => {
      for (const size of [0, SMALL, LARGE]) {
        const data = filled(size, 1);
        const hashing = new HashingStream("sha256");
        await store.set("a", {
          data: new Blob([data]).stream().pipeThrough(hashing),
          metadata: hashing.digest.then((it) => ({ sha256: [...it] })),
        });
        const hash = await crypto.subtle.digest("SHA-256", data);
        const sha256 = [...new Uint8Array(hash)];
        assertEquals(plain(await store.getMetadata("a")), { sha256 });
        assertBytes(await store.toBytes("a"), data);
        const metadata = Promise.resolve({ n: size });
        await store.set("a", { data, metadata });
        assertEquals(plain(await store.getMetadata("a")), { n: size });
      }
    },

  "set fails with the error of its metadata, and leaves the old value": async (
    store,
  ) => {
    await store.set("a", "old");
    for (const size of [SMALL, LARGE]) {
      for (const data of [filled(size, 1), new Blob([filled(size, 1)])]) {
        const metadata = Promise.reject(new Error("no hash"));
        await assertRejects(
          () => store.set("a", { data, metadata }),
          Error,
          "no hash",
        );
        const notJson = Promise.resolve({ n: NaN });
        await assertRejects(
          () => store.set("a", { data, metadata: notJson }),
          TypeError,
          '"metadata.n" must be',
        );
        const abort = new AbortController();
        const never = new Promise<never>(() => {});
        const set = store.set("a", { data, metadata: never }, {
          signal: abort.signal,
        });
        queueMicrotask(() => abort.abort(new Error("enough")));
        await assertRejects(() => set, Error, "enough");
      }
    }
    // Both fail, and the first to fail is told.
    const hashing = new HashingStream("sha256");
    await assertRejects(
      () =>
        store.set("a", {
          data: ReadableStream.from(failing(10)).pipeThrough(hashing),
          metadata: hashing.digest.then(() => ({})),
        }),
      Error,
      "source broke",
    );
    assertEquals(await (await store.get("a")).text(), "old");
    assertEquals(plain(await store.getMetadata("a")), {});
  },

  "a write tells its progress in bytes": async (store) => {
    const steps: number[] = [];
    const progress = { step: ({ step }: { step: number }) => steps.push(step) };
    const options = { progress };
    await store.set("a", "12345", options);
    assertEquals(steps.splice(0).at(-1), 5);
    await store.setData("a", filled(LARGE, 1), options);
    assertEquals(steps.toSorted((a, b) => a - b), steps);
    assertEquals(steps.splice(0).at(-1), LARGE);
    await store.setIfAbsent("b", "1", { progress: progress.step });
    assertEquals(steps.at(-1), 1);
  },
};
