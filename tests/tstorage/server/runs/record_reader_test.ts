import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { Key } from "../../../../src/tstorage/mod.ts";
import {
  RecordColumns,
  wordsOf,
} from "../../../../src/tstorage/server/blocks/mod.ts";
import {
  BLOCK_SCHEMA,
  BlockTable,
  KeyBox,
  mergeStep,
  nextMerge,
  RecordReader,
} from "../../../../src/tstorage/server/runs/mod.ts";
import { orderedKey } from "../../../../src/tstorage/server/runs/ordered_key.ts";
import { seededRandom } from "../../../support/seeded_random.ts";

Deno.test("a reader goes on where it was when runs are merged under it", () => {
  const { below, seed } = seededRandom();
  for (let round = 0; round < 60; round++) {
    using database = new DatabaseSync(":memory:");
    database.exec(BLOCK_SCHEMA);
    const table = new BlockTable(database);
    const model = new Map<string, { key: Key; put: number }>();
    const puts = 2 + below(6);
    for (let put = 1; put <= puts; put++) {
      const keys = new Map<string, Key>();
      for (let i = 1 + below(60); i > 0; i--) {
        const key = new Key(1, BigInt(below(4)), 0, BigInt(below(30)), 0n);
        keys.set(orderedKey(key).toHex(), key);
        model.set(orderedKey(key).toHex(), { key, put });
      }
      const sorted = [...keys].sort(([a], [b]) => a < b ? -1 : 1);
      insert(table, put, sorted.map(([, key]) => key), 1 + below(20));
    }
    const cap = BigInt(below(20));
    const min = Key.MIN.with({ mid: BigInt(below(2)), cap });
    const max = Key.MAX.with({ cap: cap + 1n + BigInt(below(10)) });
    const range = below(4) ? { min, max } : { min: Key.MIN, max: Key.MAX };
    const reader = new RecordReader(table, puts, new KeyBox(range));
    const found: string[] = [];
    for (let next = reader.next(); next !== undefined; next = reader.next()) {
      if (next === "more") continue;
      const { records, from, to } = next;
      const count = 1 + below(to - from);
      for (let i = from; i < from + count; i++) {
        const put = records.payloads[records.starts[i]];
        found.push(`${records.key(i).join()} ${put}`);
      }
      reader.take(count);
      if (below(3)) continue;
      const merge = nextMerge(table.runs, [puts], true);
      if (merge !== undefined) mergeStep(table, merge);
    }
    const expected = [...model].sort(([a], [b]) => a < b ? -1 : 1)
      .filter(([, { key }]) =>
        key.mid >= range.min.mid && key.cap >= range.min.cap &&
        key.cap < range.max.cap
      ).map(([, { key, put }]) => `${wordsOf(orderedKey(key)).join()} ${put}`);
    assertEquals(found, expected, `seed ${seed}, round ${round}`);
  }
});

function insert(
  table: BlockTable,
  put: number,
  keys: readonly Key[],
  blockRecords: number,
): void {
  const run = table.nextRun;
  for (let start = 0; start < keys.length; start += blockRecords) {
    const block = new RecordColumns();
    for (const key of keys.slice(start, start + blockRecords)) {
      block.reserve(block.count + 1, block.bytes + 1);
      for (const [word, value] of wordsOf(orderedKey(key)).entries()) {
        block.words[word][block.count] = value;
      }
      block.addPayload(new Uint8Array(1).fill(put), 0, 1);
    }
    table.insert(run, put, block, 0, block.count);
  }
}
