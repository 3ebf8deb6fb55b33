import { Buffer } from "node:buffer";
import { writeFile } from "node:fs/promises";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { openToRead } from "../../internal/mod.ts";
import { KeyError } from "../core/mod.ts";
import { assertBytes, plain } from "./comparison.ts";
import { filled, LARGE, SMALL } from "./test_data.ts";
import { doRandomOperations } from "./random_operations.ts";
import { newSeed } from "./seeded_random.ts";
import type { StoreTests } from "./store_tests.ts";
import { temporaryFile } from "./temporary_file.ts";

/** The promises of writes that succeed. */
export const writingTests: StoreTests = {
  "set takes every kind of source": async (store) => {
    const data = filled(LARGE, 1);
    await using temporary = await temporaryFile();
    const { path } = temporary;
    await writeFile(path, data);
    using file = await openToRead(path);
    await store.fromBytes("other", data);
    const sources = {
      bytes: data,
      blob: new Blob([data]),
      stream: new Blob([data]).stream(),
      response: new Response(data),
      file,
      chunks: [data.subarray(0, 10), new Uint8Array(), data.subarray(10)],
      value: (await store.get("other")).data,
    };
    for (const [key, source] of Object.entries(sources)) {
      await store.set(key, { data: source, metadata: { key } });
      assertBytes(await store.toBytes(key), data, key);
      assertEquals(await store.getMetadata(key, ["key"]), { key });
    }
    await store.set("a value", store.get("value"));
    assertBytes(await store.toBytes("a value"), data);
    assertEquals((await store.getMetadata("a value")).key, "value");
    await store.fromFile("from a file", path);
    assertBytes(await store.toBytes("from a file"), data);
  },

  "values of all sizes near those of buffers are read as they were written":
    async (
      store,
    ) => {
      for (const near of [0, 65_536, 262_144, 524_288, 1_048_576]) {
        for (const size of [near - 1, near, near + 1].filter((n) => n >= 0)) {
          const data = filled(size, size);
          await store.fromBytes("bytes", data);
          await store.setData("stream", new Blob([data]));
          for (const key of ["bytes", "stream"]) {
            assertEquals((await store.get(key)).size, size);
            assertBytes(await store.toBytes(key), data);
          }
        }
      }
    },

  "a caller that changes its bytes and metadata later changes nothing in the store":
    async (store) => {
      for (const size of [SMALL, LARGE]) {
        for (const data of [filled(size, 1), Buffer.from(filled(size, 1))]) {
          const list = [1];
          await store.set("a", { data, metadata: { list } });
          data.fill(0);
          list.push(2);
          assertBytes(await store.toBytes("a"), filled(size, 1));
          assertEquals((await store.getMetadata("a")).list, [1]);
        }
      }
    },

  "setData keeps the metadata, setMetadata keeps the data, both make a new key":
    async (store) => {
      for (const size of [SMALL, LARGE]) {
        const data = filled(size, 1);
        await store.set("a", { data, metadata: { x: 1, y: 1 } });
        await store.setMetadata("a", { z: 2 });
        assertEquals(plain(await store.getMetadata("a")), { z: 2 });
        assertBytes(await store.toBytes("a"), data);
        await store.updateMetadata("a", { x: 3 });
        assertEquals(plain(await store.getMetadata("a")), { x: 3, z: 2 });
        assertBytes(await store.toBytes("a"), data);
        await store.setData("a", filled(5, 2));
        assertEquals(plain(await store.getMetadata("a")), { x: 3, z: 2 });
        assertBytes(await store.toBytes("a"), filled(5, 2));
      }
      await store.setData("new data", filled(3, 3));
      assertEquals(plain(await store.getMetadata("new data")), {});
      await store.setMetadata("new metadata", { n: 1 });
      assertEquals((await store.get("new metadata")).size, 0);
    },

  "a negative zero in metadata is zero": async (store) => {
    await store.setMetadata("a", { n: -0 });
    assertEquals(plain(await store.getMetadata("a")), { n: 0 });
    for (const n of [0, -0]) {
      assertEquals(await Array.fromAsync(store.queryKeys({ n })), ["a"]);
    }
  },

  "set replaces data and metadata, whatever the sizes": async (store) => {
    const sizes = [SMALL, LARGE, 0, LARGE, LARGE + 1, SMALL, 1];
    for (const [n, size] of sizes.entries()) {
      await store.set("a", {
        data: filled(size, n),
        metadata: { [`n${n}`]: n },
      });
      assertBytes(await store.toBytes("a"), filled(size, n));
      assertEquals(plain(await store.getMetadata("a")), { [`n${n}`]: n });
    }
    await store.set("a", { data: filled(1, 1) });
    assertEquals(plain(await store.getMetadata("a")), {});
  },

  "times of creation and change are kept": async (store) => {
    const start = Date.now() - 1;
    await store.fromBytes("a", filled(3, 1));
    const first = await store.get("a");
    await new Promise((resolve) => setTimeout(resolve, 5));
    await store.updateMetadata("a", { n: 1 });
    const second = await store.get("a");
    assertEquals(second.created, first.created);
    assert(
      Number(first.created) >= start && Number(first.created) < Date.now(),
    );
    assert(Number(second.modified) > Number(first.modified));
  },

  "delete removes the key and says whether it was there": async (store) => {
    for (const size of [SMALL, LARGE]) {
      await store.set("a", { data: filled(size, 1), metadata: { n: 1 } });
      assertEquals(await store.delete("a"), true);
      assertEquals(await store.exists("a"), false);
      assertEquals(await Array.fromAsync(store.keys()), []);
      assertEquals(await store.delete("a"), false);
    }
    const error = await assertRejects(
      () => store.updateMetadata("a", {}),
      KeyError,
    );
    assertEquals(error.key, "a");
    assertEquals(await store.exists("a"), false);
  },

  "clear deletes all keys and returns their number": async (store) => {
    assertEquals(await store.clear(), 0);
    for (const key of ["a", "b", "", "c/d"]) await store.set(key, "text");
    await store.set("large", filled(LARGE, 1));
    assertEquals(await store.clear(), 5);
    assertEquals(await Array.fromAsync(store.keys()), []);
    await store.set("a", "again");
    assertEquals(await Array.fromAsync(store.keys()), ["a"]);
  },

  "setIfAbsent stores a new key, and leaves another as it is": async (
    store,
  ) => {
    for (const size of [SMALL, LARGE]) {
      const first = { data: filled(size, 1), metadata: { n: 1 } };
      assertEquals(await store.setIfAbsent("a", first), true);
      let isRead = false;
      const data = (function* () {
        isRead = true;
        yield filled(size, 2);
      })();
      const second = { data, metadata: { n: 2 } };
      assertEquals(await store.setIfAbsent("a", second), false);
      assertEquals(isRead, false);
      assertBytes(await store.toBytes("a"), filled(size, 1));
      assertEquals(plain(await store.getMetadata("a")), { n: 1 });
      await store.delete("a");
      const later = { data: filled(size, 3), metadata: Promise.resolve({}) };
      assertEquals(await store.setIfAbsent("a", later), true);
      assertBytes(await store.toBytes("a"), filled(size, 3));
      await store.delete("a");
    }
  },

  "the methods for several keys write them all": async (store) => {
    const keys = ["a", "b", "c"];
    await store.multiset(
      new Map(keys.map((key, n) => [key, {
        data: filled(n, n),
        metadata: { n },
      }])),
    );
    await store.multisetData(keys.slice(1).map((key) => [key, filled(9, 9)]));
    await store.multisetMetadata([["c", { c: true }]]);
    await store.multiupdateMetadata(keys.map((key) => [key, { key }]));
    const found = await Array.fromAsync(store.query());
    assertEquals(found.map(([key, data]) => [key, plain(data)]).sort(), [
      ["a", { n: 0, key: "a" }],
      ["b", { n: 1, key: "b" }],
      ["c", { c: true, key: "c" }],
    ]);
    assertBytes(await store.toBytes("b"), filled(9, 9));
  },

  "connecting more than once connects once, and again after disconnecting":
    async (store) => {
      await store.disconnect();
      await Promise.all([store.connect(), store.connect()]);
      await Promise.all([store.disconnect(), store.connect()]);
      assertEquals(store.isConnected(), true);
      await Promise.all([store.disconnect(), store.disconnect()]);
      await Promise.all([store.connect(), store.disconnect()]);
      assertEquals(store.isConnected(), false);
      await store.connect();
      await store.setMetadata("a", {});
      assertEquals(await store.exists("a"), true);
    },

  "after many random operations the store holds what a map would": async (
    store,
  ) => {
    await doRandomOperations(store, newSeed());
  },
};
