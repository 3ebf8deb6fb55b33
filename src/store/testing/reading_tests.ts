import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { readFile } from "node:fs/promises";
import {
  KeyError,
  type Metadata,
  type ReadOnlyStore,
  StoreError,
  type Value,
} from "../core/mod.ts";
import { assertBytes, collect, ignoring, plain } from "./comparison.ts";
import { ENTRIES, HOSTILE_KEYS } from "./test_entries.ts";
import { temporaryFile } from "./temporary_file.ts";

type Reading = (store: ReadOnlyStore) => Promise<void>;

/** The promises of reads, of a store that holds the entries. */
export const readingTests: Readonly<Record<string, Reading>> = {
  "a value has the bytes, the metadata and the size that were stored": async (
    store,
  ) => {
    for (const [key, { data, metadata }] of ENTRIES.slice(0, 4)) {
      const value = await store.get(key);
      assertBytes(await value.bytes(), data);
      assertEquals(plain(value.metadata), plain(metadata));
      assertEquals(value.size, data.length);
      assertBytes(await store.toBytes(key), data);
      assertBytes(await collect(await store.getData(key)), data);
      assertEquals(plain(await store.getMetadata(key)), plain(metadata));
    }
  },

  "a value can be read more than once, and its bytes are the reader's to change":
    async (store) => {
      for (const key of ["small", "large"]) {
        const value = await store.get(key);
        const before = (await value.bytes()).slice();
        (await value.bytes()).fill(0);
        (await collect(value.data)).fill(0);
        for await (const chunk of value.data) chunk.fill(0);
        assertBytes(await value.bytes(), before);
        assertBytes(await store.toBytes(key), before);
      }
    },

  "every hostile key is kept apart from every other, or refused": async (
    store,
  ) => {
    for (const [key, { data, metadata }] of ENTRIES) {
      const value = await ignoring(RangeError, () => store.get(key));
      if (!value) continue;
      assertBytes(await value.bytes(), data, `data of ${JSON.stringify(key)}`);
      assertEquals(plain(value.metadata), plain(metadata));
    }
  },

  "a range has the bytes from its start to its end": async (store) => {
    const cases: [start: number, end: number][] = [
      [0, 0],
      [0, 1],
      [999, 1_000],
      [1_000, 1_001],
      [262_143, 262_145],
      [65_535, 1_048_577],
      [2_999_999, 3_000_001],
      [3_000_000, 4_000_000],
      [3_000_001, Infinity],
      [9_000_000, 9_000_001],
      [1, Infinity],
    ];
    for (const key of ["small", "large", "empty"]) {
      const all = await store.toBytes(key);
      const value = await store.get(key);
      for (const [start, end] of cases) {
        const part = all.slice(start, end);
        assertBytes(await collect(value.range(start, end)), part);
        const stream = await store.getDataRange(key, start, end);
        assertBytes(await collect(stream), part);
      }
    }
  },

  "wrong ranges are refused with name and value": async (store) => {
    const value = await store.get("small");
    const cases: [start: number, end: number, message: string][] = [
      [-1, 5, '"start" must be a non-negative integer, found -1'],
      [0.5, 5, '"start" must be a non-negative integer, found 0.5'],
      [NaN, 5, '"start" must be a non-negative integer, found NaN'],
      [0, -5, '"end" must be a non-negative integer or Infinity, found -5'],
      [
        Infinity,
        Infinity,
        '"start" must be a non-negative integer, found Infinity',
      ],
      [3, 2, '"end" must be at least the start, which is 3, found 2'],
    ];
    for (const [start, end, message] of cases) {
      assertThrows(() => value.range(start, end), RangeError, message);
      await assertRejects(
        () => store.getDataRange("small", start, end),
        RangeError,
        message,
      );
    }
  },

  "data is a byte stream, which fills the reader's own buffer": async (
    store,
  ) => {
    for (const key of ["small", "large"]) {
      const expected = await store.toBytes(key);
      const reader = (await store.getData(key)).getReader({ mode: "byob" });
      const { value } = await reader.read(new Uint8Array(777), { min: 777 });
      assertEquals(value, expected.slice(0, 777));
      await reader.cancel();
    }
  },

  "a stream that is cancelled, or never read, holds nothing": async (store) => {
    await store.getData("large");
    await (await store.getData("large")).cancel();
    for await (const _chunk of await store.getData("large")) break;
  },

  "iterdata cuts chunks of one size and reports the bytes so far": async (
    store,
  ) => {
    const value = await store.get("large");
    const steps: number[] = [];
    const sizes: number[] = [];
    const progress = ({ step }: { step: number }) => void steps.push(step);
    const options = { bufferSize: 1_000_000, progress };
    for await (const chunk of value.iterdata(options)) sizes.push(chunk.length);
    assertEquals(sizes, [1_000_000, 1_000_000, 1_000_000, 1]);
    assertEquals(steps.at(-1), 3_000_001);
    assertThrows(() => value.iterdata({ bufferSize: 0 }), RangeError);
  },

  "a missing key is a KeyError with the key in it": async (store) => {
    const key = "no such key";
    const calls: (() => Promise<unknown>)[] = [
      () => store.get(key),
      () => store.getData(key),
      () => store.getDataRange(key, 0, 1),
      () => store.getMetadata(key),
      () => store.toBytes(key),
      () => store.toFile(key, "never-made"),
      () => Array.fromAsync(store.multiget(["small", key])),
      () => Array.fromAsync(store.multigetData([key])),
      () => Array.fromAsync(store.multigetMetadata([key])),
    ];
    for (const call of calls) {
      const error = await assertRejects(call, KeyError, '"no such key"');
      assertEquals(error.key, key);
      assertEquals(error.code, "MISSING_KEY");
    }
    assertEquals(await store.exists(key), false);
    assertEquals(await store.exists("empty"), true);
  },

  "a value that is no key is refused": async (store) => {
    for (const key of [undefined, null, 7, {}, Symbol("a"), "\ud800"]) {
      await assertRejects(
        () => store.get(key as string),
        TypeError,
        '"key" must',
      );
      await assertRejects(() => store.exists(key as string), TypeError);
    }
    for (const keys of ["abc", null, 7, {}]) {
      assertThrows(
        () => store.multiget(keys as never),
        TypeError,
        '"keys" must be a list or stream of keys',
      );
    }
  },

  "select returns the names that the key has": async (store) => {
    const select = ["n", "missing", "toString"];
    assertEquals(plain(await store.getMetadata("small", select)), { n: 1 });
    assertEquals(plain(await store.getMetadata("small", [])), {});
    const selected = store.multigetMetadata(["small", "nested"], ["kind"]);
    assertEquals((await Array.fromAsync(selected)).map(plain), [
      { kind: "number" },
      { kind: "tree" },
    ]);
    await assertRejects(
      () => store.getMetadata("small", "n" as never),
      TypeError,
      '"select" must be a list of strings',
    );
  },

  "multiget returns values in the order of the keys": async (store) => {
    async function* keys() {
      yield* ["nested", "small", "nested"];
    }
    const sizes = (values: Value[]) => values.map(({ size }) => size);
    const expected = [10, 1_000, 10];
    assertEquals(
      sizes(await Array.fromAsync(store.multiget(keys()))),
      expected,
    );
    const streams = store.multigetData(["nested", "small", "nested"]);
    const lengths: number[] = [];
    for await (const data of streams) {
      lengths.push((await collect(data)).length);
    }
    assertEquals(lengths, expected);
  },

  "query finds keys by equal metadata": async (store) => {
    const cases: [match: Metadata, keys: string[]][] = [
      [{ kind: "number" }, ["large", "small"]],
      [{ kind: "number", n: 2 }, ["large"]],
      [{ n: "2" }, []],
      [{ tree: { a: [1, null, { b: "\0\n\u{1f600}" }], "": false } }, [
        "nested",
      ]],
      [{ tree: {} }, []],
      [{ toString: null }, []],
      [{ hostile: 0 }, HOSTILE_KEYS.slice(0, 1)],
    ];
    for (const [match, keys] of cases) {
      const present = [];
      for (const key of keys) {
        if (await ignoring(RangeError, () => store.exists(key))) {
          present.push(key);
        }
      }
      const found = await Array.fromAsync(store.queryKeys(match));
      assertEquals(found.sort(), present);
    }
    const found = await Array.fromAsync(store.query({ kind: "number" }, ["n"]));
    assertEquals(
      found.map(([key, metadata]) => [key, plain(metadata)]).sort(),
      [["large", { n: 2 }], ["small", { n: 1 }]],
    );
    assertThrows(
      () => store.query({ n: NaN }),
      TypeError,
      '"metadata.n" must be',
    );
  },

  "query without a pattern and glob * find every key once": async (store) => {
    const kept = [];
    for (const [key] of ENTRIES) {
      if (await ignoring(RangeError, () => store.exists(key))) kept.push(key);
    }
    kept.sort();
    assertEquals((await Array.fromAsync(store.queryKeys())).sort(), kept);
    assertEquals((await Array.fromAsync(store.glob("*"))).sort(), kept);
  },

  "glob matches whole keys": async (store) => {
    const cases: [pattern: string, keys: string[]][] = [
      ["small", ["small"]],
      ["*ar*g*", ["large"]],
      ["l?rge", ["large"]],
      ["[k-m]arge", ["large"]],
      ["[!a-k]arge", ["large"]],
      ["mall", []],
      ["SMALL", []],
    ];
    for (const [pattern, keys] of cases) {
      assertEquals(await Array.fromAsync(store.glob(pattern)), keys, pattern);
    }
    assertThrows(
      () => store.glob(7 as never),
      TypeError,
      '"pattern" must be a string',
    );
  },

  "every call with an aborted signal fails with its reason": async (store) => {
    const abort = new AbortController();
    const { signal } = abort;
    const value = await store.get("large");
    const begun = value.range(0, Infinity, { signal }).getReader();
    await begun.read();
    abort.abort(new Error("enough"));
    const all = (stream: ReadableStream) => Array.fromAsync(stream);
    const options = { signal };
    const calls: (() => Promise<unknown>)[] = [
      async () => {
        while (!(await begun.read()).done);
      },
      () => value.bytes(options),
      () => all(value.range(0, 9, options)),
      () => store.get("small", options),
      () => store.getData("small", options),
      () => store.getDataRange("small", 0, 9, options),
      () => store.getMetadata("small", undefined, options),
      () => store.exists("small", options),
      () => all(store.multiget(["small"], options)),
      () => all(store.multigetData(["small"], options)),
      () => all(store.multigetMetadata(["small"], undefined, options)),
      () => all(store.query({}, undefined, options)),
      () => all(store.queryKeys({}, options)),
      () => all(store.glob("*", options)),
      () => store.toBytes("small", options),
      () => store.toFile("small", "never-made", options),
      () => store.connect(options),
    ];
    for (const call of calls) await assertRejects(call, Error, "enough");
    const wrong = { signal: {} as AbortSignal };
    await assertRejects(() => store.get("small", wrong), TypeError, '"signal"');
  },

  "a listing that is left early holds nothing": async (store) => {
    for await (const _key of store.queryKeys()) break;
    for await (const _value of store.multiget(["small", "large"])) break;
  },

  "toFile copies the bytes and replaces what is there": async (store) => {
    await using temporary = await temporaryFile();
    const { path } = temporary;
    for (const key of ["large", "small", "empty"]) {
      await store.toFile(key, path);
      assertBytes(await readFile(path), await store.toBytes(key));
    }
  },

  "a store describes itself, and refuses calls once it is disconnected": async (
    store,
  ) => {
    assertEquals(typeof (await store.info()).backend, "string");
    assertEquals(typeof (await store.info()).readonly, "boolean");
    assertEquals(store.isConnected(), true);
    assertEquals(await store.connect(), store);
    await store.disconnect();
    await store.disconnect();
    assertEquals(store.isConnected(), false);
    const error = await assertRejects(() => store.get("small"), StoreError);
    assertEquals(error.code, "NOT_CONNECTED");
    assertThrows(() => store.query(), StoreError, "call connect() first");
    assertThrows(() => store.multiget([]), StoreError);
  },
};
