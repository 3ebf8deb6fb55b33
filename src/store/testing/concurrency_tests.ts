import { assertEquals } from "@std/assert";
import type { StoreError } from "../core/mod.ts";
import { assertBytes } from "./comparison.ts";
import { doConcurrentOperations } from "./concurrent_operations.ts";
import { filled, LARGE, SMALL } from "./test_data.ts";
import { newSeed } from "./seeded_random.ts";
import type { StoreTests } from "./store_tests.ts";

/** The promises of calls at the same time. */
export const concurrencyTests: StoreTests = {
  "a stream that has begun ends with the bytes it began with": async (
    store,
  ) => {
    for (const change of ["set", "delete"] as const) {
      const data = filled(LARGE, 1);
      await store.fromBytes("a", data);
      const reader = (await store.getData("a")).getReader();
      const first = await reader.read();
      if (change === "set") await store.fromBytes("a", filled(LARGE, 2));
      else await store.delete("a");
      let length = 0;
      for (let next = first; !next.done; next = await reader.read()) {
        assertBytes(
          next.value,
          data.slice(length, length += next.value.length),
        );
      }
      assertEquals(length, LARGE);
    }
  },

  "a value that is read after it was replaced never mixes old and new bytes":
    async (
      store,
    ) => {
      for (const size of [SMALL, LARGE]) {
        await store.fromBytes("a", filled(size, 1));
        const value = await store.get("a");
        await store.fromBytes("a", filled(size, 2));
        const bytes = await value.bytes().catch((error) => error);
        if (bytes instanceof Uint8Array) assertBytes(bytes, filled(size, 1));
        else assertEquals((bytes as StoreError).code, "REPLACED");
      }
    },

  "of many writes of a key at the same time one stays": async (store) => {
    const writes = Array.from({ length: 20 }, (_, n) => {
      const data = filled(n % 2 ? SMALL : LARGE / 5 | 0, n);
      return store.set("a", {
        data: n % 3 ? data : new Blob([data]),
        metadata: { n },
      });
    });
    await Promise.all(writes);
    const { n } = await store.getMetadata("a");
    const size = Number(n) % 2 ? SMALL : LARGE / 5 | 0;
    assertBytes(await store.toBytes("a"), filled(size, Number(n)));
  },

  "of many setIfAbsent of a key at the same time one stores its value": async (
    store,
  ) => {
    for (const size of [SMALL, LARGE / 5 | 0]) {
      const sets = Array.from({ length: 12 }, (_, n) => {
        const data = filled(size, n);
        return store.setIfAbsent("a", {
          data: n % 2 ? data : new Blob([data]),
          metadata: n % 3 ? { n } : Promise.resolve({ n }),
        });
      });
      const isStored = await Promise.all(sets);
      assertEquals(isStored.filter((it) => it).length, 1);
      const winner = isStored.indexOf(true);
      assertEquals((await store.getMetadata("a")).n, winner);
      assertBytes(await store.toBytes("a"), filled(size, winner));
      const deletes = Array.from({ length: 5 }, () => store.delete("a"));
      const isDeleted = await Promise.all(deletes);
      assertEquals(isDeleted.filter((it) => it).length, 1);
    }
  },

  "updates of metadata at the same time are all kept": async (store) => {
    await store.fromBytes("a", filled(3, 3));
    const updates = Array.from({ length: 30 }, (_, n) => {
      return store.updateMetadata("a", { [`n${n}`]: n });
    });
    await Promise.all(updates);
    assertEquals(Object.keys(await store.getMetadata("a")).length, 30);
  },

  "in random operations at the same time a value is read whole or not at all":
    async (store) => {
      await doConcurrentOperations(store, newSeed(), 150);
    },
};
