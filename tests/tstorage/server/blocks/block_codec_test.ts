import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  BlockEncoder,
  decodeBlock,
  LARGE_PAYLOAD,
  RecordColumns,
  WORDS,
} from "../../../../src/tstorage/server/blocks/mod.ts";
import { seededRandom } from "../../../support/seeded_random.ts";

Deno.test("a block is read as it was written, whatever its records", () => {
  const { random, seed } = seededRandom();
  const encoder = new BlockEncoder();
  const read = new RecordColumns();
  const ranges = [1, 2, 200, 300, 60_000, 70_000, 2 ** 32];
  for (let round = 0; round < 200; round++) {
    const range = () => ranges[Math.floor(random() * ranges.length)];
    const count = Math.min(2048, 1 + Math.floor(random() ** 3 * 3000));
    const records = randomRecords(count, range, random);
    const from = Math.floor(random() * count);
    const to = from + 1 + Math.floor(random() * (count - from));
    const block = encoder.encode(records, from, to).slice();
    decodeBlock(block, read);
    const found = `seed ${seed}, round ${round}`;
    assertEquals(read.count, to - from, found);
    for (let i = from; i < to; i++) {
      assertEquals(read.key(i - from), records.key(i), found);
    }
    assertEquals(rest(read, 0, read.count), rest(records, from, to), found);
  }
});

Deno.test("a series at equal distances takes little more than its payloads", () => {
  const records = new RecordColumns();
  const payload = new Uint8Array(8);
  for (let i = 0; i < 2000; i++) {
    records.reserve(i + 1, records.bytes + 8);
    // Two series, whose times begin again and pass a multiple of 2^32.
    const time = (i % 1000) * 1_000_000_000 + 2 ** 40;
    setWords(records, i, [
      0x80000001,
      0x80000000,
      i < 1000 ? 7 : 8,
      0x80000000,
      0x80000000 + Math.floor(time / 2 ** 32),
      time % 2 ** 32,
      0x80000000 + Math.floor(time / 2 ** 32),
      time % 2 ** 32 + 5,
    ]);
    records.addPayload(payload, 0, 8);
  }
  const { length } = new BlockEncoder().encode(records, 0, records.count);
  assert(length < 2000 * 8.2, `${length} bytes`);
});

Deno.test("bytes that are no block are refused", () => {
  const records = randomRecords(50, () => 300, Math.random);
  const block = new BlockEncoder().encode(records, 0, 50).slice();
  const read = new RecordColumns();
  for (const length of [0, 30, block.length - 1]) {
    assertThrows(() => decodeBlock(block.subarray(0, length), read), Error);
  }
  block[0] = 9;
  assertThrows(() => decodeBlock(block, read), Error, "found format 9");
});

function randomRecords(
  count: number,
  range: () => number,
  random: () => number,
): RecordColumns {
  const records = new RecordColumns();
  const steps = Array.from({ length: WORDS }, range);
  const words = steps.map(() => Math.floor(random() * 2 ** 32));
  const most = range();
  for (let i = 0; i < count; i++) {
    const size = random() < 0.02
      ? LARGE_PAYLOAD + 1 + Math.floor(random() * 1e6)
      : Math.floor(random() * Math.min(most, 40));
    records.reserve(i + 1, records.bytes + LARGE_PAYLOAD);
    for (let word = 0; word < WORDS; word++) {
      const step = random() < 0.02 ? 2 ** 32 : steps[word];
      words[word] = (words[word] + Math.floor(random() * step)) % 2 ** 32;
    }
    setWords(records, i, words);
    if (size > LARGE_PAYLOAD) records.addLarge(i * 2 ** 33, size);
    else records.addPayload(new Uint8Array(size).fill(i), 0, size);
  }
  return records;
}

function setWords(
  records: RecordColumns,
  record: number,
  words: readonly number[],
): void {
  for (const [word, value] of words.entries()) {
    records.words[word][record] = value;
  }
}

function rest(records: RecordColumns, from: number, to: number) {
  const { sizes, starts, payloads } = records;
  return {
    sizes: sizes.slice(from, to),
    starts: starts.slice(from, to + 1).map((start) => start - starts[from]),
    payloads: new Uint8Array(payloads.subarray(starts[from], starts[to])),
  };
}
