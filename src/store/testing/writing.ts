import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Store } from "../store.ts";
import { KeyError, type StoreError } from "../store_error.ts";
import {
  StoreDeleteEvent,
  StoreModificationEvent,
  StoreProgressEndEvent,
  StoreProgressStartEvent,
  StoreSetEvent,
  StoreUpdateEvent,
} from "../store_events.ts";
import { assertBytes, plain } from "./comparing.ts";
import { doThingsAtOnce } from "./concurrent.ts";
import { failing, filled, LARGE, SMALL } from "./data.ts";
import { doRandomThings } from "./random.ts";

type Writing = (store: Store) => Promise<void>;

/** What is true of every store that can be written. */
export const writingTests: Readonly<Record<string, Writing>> = {
  "set takes every kind of source": async (store) => {
    const data = filled(LARGE, 1);
    const path = await Deno.makeTempFile();
    await Deno.writeFile(path, data);
    using file = await Deno.open(path);
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
    await Deno.remove(path);
  },

  "values of every size around the sizes of buffers come back": async (
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

  "what the caller does to its bytes and metadata later changes nothing":
    async (store) => {
      for (const size of [SMALL, LARGE]) {
        const data = filled(size, 1);
        const list = [1];
        await store.set("a", { data, metadata: { list } });
        data.fill(0);
        list.push(2);
        assertBytes(await store.toBytes("a"), filled(size, 1));
        assertEquals((await store.getMetadata("a")).list, [1]);
      }
    },

  "setData keeps the metadata, setMetadata the data, a new key has none":
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

  "delete removes the key, and a second delete is a KeyError": async (
    store,
  ) => {
    for (const size of [SMALL, LARGE]) {
      await store.set("a", { data: filled(size, 1), metadata: { n: 1 } });
      await store.delete("a");
      assertEquals(await store.exists("a"), false);
      assertEquals(await Array.fromAsync(store.queryKeys()), []);
      const error = await assertRejects(() => store.delete("a"), KeyError);
      assertEquals(error.key, "a");
    }
    await assertRejects(() => store.updateMetadata("a", {}), KeyError);
    assertEquals(await store.exists("a"), false);
  },

  "a source that fails midway leaves the old value, and its error": async (
    store,
  ) => {
    for (const size of [SMALL, LARGE]) {
      const data = filled(size, 1);
      await store.set("a", { data, metadata: { n: 1 } });
      for (const after of [0, 10, LARGE]) {
        for (const key of ["a", "new"]) {
          await assertRejects(
            () => store.set(key, { data: failing(after), metadata: { n: 2 } }),
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
    for (const data of [null, 7, "text", {}, new Date(), undefined]) {
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
        "key must",
      );
      await assertRejects(() => store.delete(wrong(key)), TypeError);
      await assertRejects(() => store.setMetadata(wrong(key), {}), TypeError);
    }
    await assertRejects(() => store.fromBytes("a", wrong("x")), TypeError);
    assertEquals(await Array.fromAsync(store.queryKeys()), []);
  },

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

  "a value that is read only after it was replaced is never a mixture": async (
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

  "many writes of a key at once leave one of them": async (store) => {
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

  "updates of metadata at once all arrive": async (store) => {
    await store.fromBytes("a", filled(3, 3));
    const updates = Array.from({ length: 30 }, (_, n) => {
      return store.updateMetadata("a", { [`n${n}`]: n });
    });
    await Promise.all(updates);
    assertEquals(Object.keys(await store.getMetadata("a")).length, 30);
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

  "set, update and delete emit their events with key and metadata": async (
    store,
  ) => {
    const heard: unknown[] = [];
    const listener = (event: StoreModificationEvent) => {
      assertEquals(event.source, store);
      heard.push([event.constructor, event.key, plain(event.metadata)]);
    };
    store.eventManager.connect(StoreModificationEvent, listener);
    await store.set("a", { data: filled(3, 3), metadata: { n: 1 } });
    await store.setData("a", new Blob(["x"]));
    await store.updateMetadata("a", { m: 2 });
    await store.setMetadata("b", {});
    await store.delete("a");
    await assertRejects(() => store.setData("a", failing(3)));
    store.eventManager.disconnect(StoreModificationEvent, listener);
    assertEquals(heard, [
      [StoreSetEvent, "a", { n: 1 }],
      [StoreUpdateEvent, "a", { n: 1 }],
      [StoreUpdateEvent, "a", { n: 1, m: 2 }],
      [StoreSetEvent, "b", {}],
      [StoreDeleteEvent, "a", { n: 1, m: 2 }],
    ]);
  },

  "connecting more than once connects once, and again after disconnecting":
    async (store) => {
      await store.disconnect();
      await Promise.all([store.connect(), store.connect()]);
      await Promise.all([store.disconnect(), store.connect()]);
      await store.disconnect();
      assertEquals(store.isConnected(), false);
      await store.connect();
      await store.setMetadata("a", {});
      assertEquals(await store.exists("a"), true);
    },

  "setting a stream reports its progress in bytes": async (store) => {
    const starts: unknown[] = [];
    const ends: unknown[] = [];
    store.eventManager.connect(StoreProgressStartEvent, (event) => {
      starts.push([event.key, event.steps, event.message]);
    });
    store.eventManager.connect(StoreProgressEndEvent, (event) => {
      ends.push([event.key, event.exitState]);
    });
    await store.set("a", { data: new Blob([filled(9, 9)]), size: 9 });
    await assertRejects(() => store.setData("b", failing(3)));
    assertEquals(starts, [["a", 9, 'Setting "a"'], ["b", -1, 'Setting "b"']]);
    assertEquals(ends, [["a", "normal"], ["b", "exception"]]);
  },

  "whatever is done at the same time, a value is read whole or not at all":
    async (store) => {
      await doThingsAtOnce(store, newSeed(), 150);
    },

  "after many random operations the store holds what a map would": async (
    store,
  ) => {
    await doRandomThings(store, newSeed());
  },
};

function newSeed(): number {
  const [seed] = crypto.getRandomValues(new Uint32Array(1));
  console.log(`seed ${seed}`);
  return seed;
}
