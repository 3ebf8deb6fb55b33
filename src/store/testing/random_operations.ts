import { assertEquals } from "@std/assert";
import type { Metadata, Store } from "../core/mod.ts";
import { assertBytes, collect, plain } from "./comparison.ts";
import { filled } from "./test_data.ts";
import { generator } from "./seeded_random.ts";

/** Compares the store with a map, after each of many random operations. */
export async function doRandomOperations(
  store: Store,
  seed: number,
): Promise<void> {
  const random = generator(seed);
  const model = new Map<string, { data: Uint8Array; metadata: Metadata }>();
  const keys = ["a", "b", "a/b", "", "A"];
  for (let n = 0; n < 150; n++) {
    const key = keys[random(keys.length)];
    const old = model.get(key);
    const data = filled(random(3) === 0 ? random(1_500_000) : random(9), n);
    const metadata = random(3) === 0 ? {} : { [`n${random(4)}`]: n };
    switch (random(6)) {
      case 0:
        await store.set(key, { data: new Blob([data]), metadata });
        model.set(key, { data, metadata });
        break;
      case 1:
        await store.setData(key, data);
        model.set(key, { data, metadata: old?.metadata ?? {} });
        break;
      case 2:
        await store.setMetadata(key, metadata);
        model.set(key, { data: old?.data ?? new Uint8Array(), metadata });
        break;
      case 3:
        if (!old) break;
        await store.updateMetadata(key, metadata);
        old.metadata = { ...old.metadata, ...metadata };
        break;
      case 4:
        assertEquals(await store.delete(key), model.delete(key));
        break;
      case 5:
        assertEquals(
          await store.setIfAbsent(key, { data, metadata }),
          old === undefined,
        );
        if (!old) model.set(key, { data, metadata });
        break;
    }
    const now = model.get(key);
    assertEquals(await store.exists(key), now !== undefined);
    if (!now) continue;
    const start = random(now.data.length + 1);
    const range = await collect(await store.getDataRange(key, start));
    assertBytes(range, now.data.slice(start));
  }
  const found = await Array.fromAsync(store.query());
  const compare = ([a]: [string, unknown], [b]: [string, unknown]) =>
    a < b ? -1 : 1;
  assertEquals(
    found.map(([key, metadata]): [string, unknown] => [key, plain(metadata)])
      .sort(compare),
    [...model].map(([key, { metadata }]): [string, unknown] => [key, metadata])
      .sort(compare),
  );
}
