import { assertEquals } from "@std/assert";
import { Key } from "../../../src/tstorage/mod.ts";
import { replyRecords } from "../../../src/tstorage/server/reply_records.ts";
import { RecordStore } from "../../../src/tstorage/server/record_store.ts";
import { StagedRecords } from "../../../src/tstorage/server/staged_put.ts";

Deno.test("ahead of many records the header is sent alone", async () => {
  const cases = [
    { records: 0, payload: 0, alone: false },
    { records: 63, payload: 500, alone: false },
    { records: 63, payload: 2000, alone: true },
    { records: 64, payload: 0, alone: true },
    { records: 5000, payload: 8, alone: true },
    { records: 1, payload: 1_000_000, alone: true },
  ];
  for (const { records, payload, alone } of cases) {
    const store = await storeOf(records, payload);
    const snapshot = store.snapshot();
    const range = { min: Key.MIN, max: Key.MAX };
    const sent: ("bytes" | "flush")[] = [];
    let bytes = 0;
    await replyRecords(snapshot, range, {
      write: (part) => {
        sent.push("bytes");
        bytes += part.length;
        return Promise.resolve(true);
      },
      flush: () => {
        sent.push("flush");
        return Promise.resolve(true);
      },
    });
    const message = `${records} records of ${payload} bytes`;
    assertEquals(bytes, records * (36 + payload), message);
    assertEquals(sent.indexOf("flush"), alone ? 0 : -1, message);
    snapshot[Symbol.dispose]();
    await store.close();
  }
});

async function storeOf(records: number, payload: number): Promise<RecordStore> {
  const staged = new StagedRecords(true);
  const record = new Uint8Array(28 + payload);
  const view = new DataView(record.buffer);
  for (let mid = 0; mid < records; mid++) {
    view.setInt32(0, mid, true);
    staged.add(record, view, 1, 0, record.length);
  }
  const store = new RecordStore(":memory:");
  const parts = staged.takeLast();
  await store.put(parts, staged.total, true);
  return store;
}
