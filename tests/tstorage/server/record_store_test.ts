import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { setTimeout } from "node:timers/promises";
import { Key } from "../../../src/tstorage/mod.ts";
import { orderedKey } from "../../../src/tstorage/server/runs/ordered_key.ts";
import { RecordStore } from "../../../src/tstorage/server/record_store.ts";
import { replyRecords } from "../../../src/tstorage/server/reply_records.ts";
import type { Snapshot } from "../../../src/tstorage/server/snapshot.ts";
import { StagedRecords } from "../../../src/tstorage/server/staged_put.ts";
import { seededRandom } from "../../support/seeded_random.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

/** The records that there should be, by their keys as text that sorts as they do. */
type Model = ReadonlyMap<string, { readonly key: Key; readonly size: number }>;

Deno.test("the store answers as a map would, whatever is put, replaced and asked for", async () => {
  const { random, below, seed } = seededRandom();
  const steps = 40;
  let store = new RecordStore(":memory:");
  let model: Model = new Map();
  const open: { snapshot: Snapshot; model: Model }[] = [];
  for (let step = 0; step < steps; step++) {
    model = await putSome(store, model, random);
    if (below(4) === 0) open.push({ snapshot: store.snapshot(), model });
    if (below(6) === 0) await setTimeout(below(20));
    const { min, max } = randomBox(below);
    const found = `seed ${seed}, step ${step}`;
    using now = store.snapshot();
    const asked = below(3) && open.length > 0
      ? open[below(open.length)]
      : { snapshot: now, model };
    assertSame(
      await answer(asked.snapshot, min, max),
      expected(asked.model, min, max),
      found,
    );
    if (below(8) === 0) open.shift()?.snapshot[Symbol.dispose]();
  }
  for (const { snapshot } of open) snapshot[Symbol.dispose]();
  await assertAll(store, model, `seed ${seed}`);
  await store.close();

  using directory = new TemporaryDirectory();
  const path = join(directory.path, "records.db");
  model = new Map();
  for (let step = 0; step < 4; step++) {
    // What the last one has not merged is merged by this one.
    store = new RecordStore(path);
    for (let put = 0; put < 3; put++) {
      model = await putSome(store, model, random);
      if (below(2)) await assertAll(store, model, `seed ${seed}`);
    }
    await store.close();
  }
  store = new RecordStore(path);
  await assertAll(store, model, `seed ${seed}`);
  await store.close();
});

/** As assertEquals, which is slow for thousands that are equal. */
function assertSame(
  found: readonly string[],
  wanted: readonly string[],
  message: string,
): void {
  if (found.join("\n") !== wanted.join("\n")) {
    assertEquals(found, wanted, message);
  }
}

async function assertAll(
  store: RecordStore,
  model: Model,
  message: string,
): Promise<void> {
  using snapshot = store.snapshot();
  const [min, max] = [Key.MIN, Key.MAX];
  const found = await answer(snapshot, min, max);
  assertSame(found, expected(model, min, max), message);
}

/** Puts few or many records, new ones and replacements, in order or not. */
async function putSome(
  store: RecordStore,
  model: Model,
  random: () => number,
): Promise<Model> {
  const below = (n: number) => Math.floor(random() * n);
  const next = new Map(model);
  const staged = new StagedRecords(true);
  const count = [1, 3, 50, 2500][below(4)];
  const series = 1 + below(20);
  const first = below(2000);
  const inOrder = below(2) === 0;
  for (let i = 0; i < count; i++) {
    const key = new Key(
      below(3),
      BigInt(i % series - 3),
      -below(2),
      BigInt(inOrder ? first + i : below(3000) - 1500),
      BigInt(below(2)),
    );
    const size = below(50) ? below(20) : below(9000);
    const record = new Uint8Array(28 + size).fill(size, 28);
    const view = new DataView(record.buffer);
    view.setBigInt64(0, key.mid, true);
    view.setInt32(8, key.moid, true);
    view.setBigInt64(12, key.cap, true);
    view.setBigInt64(20, key.acq, true);
    staged.add(record, view, key.cid, 0, record.length);
    next.set(orderedKey(key).toHex(), { key, size });
  }
  await store.put(staged.takeLast(), staged.total, true);
  return next;
}

function randomBox(below: (n: number) => number): { min: Key; max: Key } {
  if (below(4) === 0) return { min: Key.MIN, max: Key.MAX };
  const part = (lowest: number, values: number, widest: number) => {
    const min = lowest + below(values);
    return [min, min + 1 + below(widest)] as const;
  };
  const cid = part(0, 3, 3);
  const mid = part(-4, 20, 20);
  const moid = part(-2, 3, 3);
  const cap = part(-1600, 3000, below(2) ? 3000 : 5);
  const acq = part(0, 2, 2);
  const key = (end: 0 | 1) =>
    new Key(
      cid[end],
      BigInt(mid[end]),
      moid[end],
      BigInt(cap[end]),
      BigInt(acq[end]),
    );
  return { min: key(0), max: key(1) };
}

/** What a GET answers: each key with the size of its payload. */
async function answer(
  snapshot: Snapshot,
  min: Key,
  max: Key,
): Promise<string[]> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  await replyRecords(snapshot, { min, max }, {
    write: (part) => {
      parts.push(new Uint8Array(part));
      // The store goes on with its work meanwhile.
      return parts.length % 8 ? Promise.resolve(true) : setTimeout(0, true);
    },
    flush: () => Promise.resolve(true),
  });
  const reply = await new Blob(parts).bytes();
  const view = new DataView(reply.buffer);
  const found: string[] = [];
  for (let at = 0; at < reply.length;) {
    const size = view.getInt32(at, true) - 32;
    const key = reply.subarray(at + 4, at + 36).toHex();
    const payload = reply.subarray(at + 36, at + 36 + size);
    const isWhole = payload.every((byte) => byte === (size & 255));
    found.push(`${key} ${isWhole ? size : "damaged"}`);
    at += 36 + size;
  }
  return found;
}

function expected(model: Model, min: Key, max: Key): string[] {
  return [...model].filter(([, { key }]) =>
    (["cid", "mid", "moid", "cap", "acq"] as const).every((part) =>
      key[part] >= min[part] && key[part] < max[part]
    )
  ).sort(([one], [other]) => one < other ? -1 : 1)
    .map(([, { key, size }]) => `${key.toBytes().toHex()} ${size}`);
}
