import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import {
  BytesPayloadType,
  Channel,
  Key,
  serveTStorage,
} from "../../../src/tstorage/mod.ts";
import {
  BLOCK_SCHEMA,
  BlockTable,
} from "../../../src/tstorage/server/runs/block_table.ts";
import { nextMerge } from "../../../src/tstorage/server/runs/compaction.ts";
import { RecordStore } from "../../../src/tstorage/server/record_store.ts";
import { replyRecords } from "../../../src/tstorage/server/reply_records.ts";
import { mergeStep } from "../../../src/tstorage/server/runs/run_merge.ts";
import type { Snapshot } from "../../../src/tstorage/server/snapshot.ts";
import { SortedRecords } from "../../../src/tstorage/server/sorted_records.ts";
import { StagedRecords } from "../../../src/tstorage/server/staged_put.ts";
import { seededRandom } from "../../support/seeded_random.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

Deno.test("a GET still sees the records that are replaced while it runs", async () => {
  using directory = new TemporaryDirectory();
  for (const path of [":memory:", join(directory.path, "records.db")]) {
    await using server = serveTStorage({ port: 0, path });
    await using channels = new AsyncDisposableStack();
    const connected = async () => {
      const channel = channels.use(
        new Channel("127.0.0.1", server.port, new BytesPayloadType()),
      );
      assert((await channel.connect()).isOk());
      return channel;
    };
    const writer = await connected();
    // More than the sockets between the two can take.
    const count = 4500;
    const version = (fill: number) =>
      Array.from({ length: count }, (_, i) => ({
        key: new Key(1, BigInt(i), 0, 0n, 0n),
        value: new Uint8Array(i % 5 ? 3000 : 6000).fill(fill),
      }));
    assert((await writer.puta(version(1))).isOk());
    const readers = [];
    for (let fill = 2; fill <= 3; fill++) {
      const reader = (await connected()).records(Key.MIN, Key.MAX).getReader();
      readers.push({ reader, seen: [(await reader.read()).value?.value[0]] });
      assert((await writer.puta(version(fill))).isOk());
    }
    const seen = (await writer.get(Key.MIN, Key.MAX)).data
      .map(({ value }) => value[0]);
    assertEquals(seen, Array(count).fill(3));
    for (const [i, { reader, seen }] of readers.entries()) {
      for (;;) {
        const { done, value: record } = await reader.read();
        if (done) break;
        seen.push(record.value[0]);
      }
      assertEquals(seen, Array(count).fill(i + 1), path);
    }
  }
});

Deno.test("each snapshot has the records that were stored when it was made, and leaves nothing behind", async () => {
  const { random, seed } = seededRandom();
  const below = (n: number) => Math.floor(random() * n);
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "records.db");
  let store = new RecordStore(path);
  let model = new Map<number, number>();
  const open: { snapshot: Snapshot; model: Map<number, number> }[] = [];
  for (let step = 0; step < 60; step++) {
    const records = Array.from(
      { length: below(2) ? 5 : below(2000) },
      () => ({ mid: below(3000), size: below(20) ? below(30) : below(9000) }),
    );
    await put(store, records);
    model = new Map(model);
    for (const { mid, size } of records) model.set(mid, size);
    if (below(3)) open.push({ snapshot: store.snapshot(), model });
    if (below(3)) await setTimeout(below(30));
    const each = below(4) ? open.splice(below(open.length), 2) : [];
    for (const { snapshot, model } of each) {
      assertEquals(await sizes(snapshot), sorted(model), `seed ${seed}`);
      snapshot[Symbol.dispose]();
    }
    if (step % 20 < 19) continue;
    for (const { snapshot } of open.splice(0)) snapshot[Symbol.dispose]();
    await store.close();
    store = new RecordStore(path);
    using snapshot = store.snapshot();
    assertEquals(await sizes(snapshot), sorted(model), `seed ${seed}`);
  }
  await store.close();
  const large = [...model.values()].filter((size) => size > 4096).length;
  // It goes on where it was stopped, however often.
  for (let left = rows(path); left.runs > 1; left = rows(path)) {
    store = new RecordStore(path);
    await setTimeout(20);
    await store.close();
  }
  const nothing = { runs: 1, large, records: model.size };
  assertEquals(rows(path), nothing, `seed ${seed}`);
});

Deno.test("a reader that stops keeps one old copy of each record that is replaced", () => {
  using database = new DatabaseSync(":memory:");
  database.exec(BLOCK_SCHEMA);
  const table = new BlockTable(database);
  const count = 300;
  const records = (size: number) =>
    Array.from({ length: count }, (_, mid) => ({ mid, size }));
  const replaced = () =>
    table.runs.reduce((sum, run) => sum + run.records, 0) - count;
  const compact = (reads: readonly number[]) => {
    for (;;) {
      const merge = nextMerge(table.runs, reads, true);
      if (merge === undefined) return;
      mergeStep(table, merge);
    }
  };
  let most = 0;
  for (let put = 1; put <= 50; put++) {
    const sorted = new SortedRecords(staged(records(5 * put)).takeLast());
    for (const _ of sorted.sort(undefined));
    const run = table.nextRun;
    for (const block of sorted.blocks((bytes) => table.insertLarge(bytes))) {
      table.insert(run, put, block, 0, block.count);
    }
    compact([1, put]);
    assertEquals(replaced(), put === 1 ? 0 : count);
    most = Math.max(most, replaced());
  }
  assertEquals(most, count);
  compact([50]);
  assertEquals([replaced(), table.runs.length], [0, 1]);
});

/** Records whose payloads are of so many bytes, which tell how many. */
type Sized = readonly { readonly mid: number; readonly size: number }[];

async function put(
  store: RecordStore,
  records: Sized,
): Promise<void> {
  const put = staged(records);
  await store.put(put.takeLast(), put.total, true);
}

function staged(records: Sized): StagedRecords {
  const staged = new StagedRecords(true);
  for (const { mid, size } of records) {
    const record = new Uint8Array(28 + size).fill(size, 28);
    const view = new DataView(record.buffer);
    view.setInt32(0, mid, true);
    staged.add(record, view, 1, 0, record.length);
  }
  return staged;
}

/** Reads all records with a GET: `mid` and payload size of each. */
async function sizes(snapshot: Snapshot): Promise<[number, number][]> {
  const parts: Uint8Array[] = [];
  await replyRecords(snapshot, { min: Key.MIN, max: Key.MAX }, {
    write: (part) => {
      parts.push(part.slice());
      // The store goes on with its work meanwhile.
      return parts.length % 40 ? Promise.resolve(true) : setTimeout(0, true);
    },
    flush: () => Promise.resolve(true),
  });
  const reply = new Uint8Array(await new Blob(parts as BlobPart[]).bytes());
  const view = new DataView(reply.buffer);
  const found: [number, number][] = [];
  for (let at = 0; at < reply.length;) {
    const size = view.getInt32(at, true) - 32;
    const payload = reply.subarray(at + 36, at + 36 + size);
    assert(payload.every((byte) => byte === (size & 255)));
    found.push([Number(view.getBigInt64(at + 8, true)), size]);
    at += 36 + size;
  }
  return found;
}

function sorted(model: ReadonlyMap<number, number>): [number, number][] {
  return [...model].sort(([a], [b]) => a - b);
}

function rows(path: string) {
  using database = new DatabaseSync(path);
  const select = (sql: string) =>
    (database.prepare(`SELECT ${sql} AS found`).get() as { found: number })
      .found;
  return {
    runs: select("(SELECT count(DISTINCT run) FROM ranges)"),
    large: select("(SELECT count(*) FROM large)"),
    records: select("(SELECT sum(records) FROM ranges)"),
  };
}
