import { assert, assertEquals } from "@std/assert";
import {
  ColumnsPayloadType,
  StructPayloadType,
} from "../../../src/tstorage/mod.ts";
import {
  columnDecoder,
  objectDecoder,
  type RecordDecoder,
} from "../../../src/tstorage/wire/record_decoder.ts";
import { seededRandom } from "../../support/seeded_random.ts";
import { GET_REPLY, hex, KEY_12345, KEY_7 } from "../wire_bytes.ts";

const int32 = new StructPayloadType<number>("<i");
const objects = objectDecoder(int32);
const columns = columnDecoder(new ColumnsPayloadType({ value: "i32" }).columns);
const RECORDS = GET_REPLY.subarray(12, -20);

Deno.test("records are found wherever the bytes are cut", () => {
  for (let cut = 0; cut <= RECORDS.length; cut++) {
    const whole = decodeInPieces(objects, RECORDS, [cut]).flat();
    assertEquals(whole.map(({ value }) => value), [10, 11], `cut at ${cut}`);
    assertEquals(
      whole.map(({ key }) => key.toBytes().toHex()),
      [KEY_12345, KEY_7].map((key) => key.replaceAll(" ", "")),
    );
    const batches = decodeInPieces(columns, RECORDS, [cut]);
    assertEquals(batches.flatMap(({ value }) => [...value]), [10, 11]);
    assertEquals(batches.flatMap(({ cid }) => [...cid]), [1, 7]);
    assertEquals(batches.flatMap(({ mid }) => [...mid]), [2n, -1n]);
    assertEquals(batches.flatMap(({ moid }) => [...moid]), [3, -2]);
    assertEquals(batches.flatMap(({ cap }) => [...cap]), [4n, -3n]);
    assertEquals(batches.flatMap(({ acq }) => [...acq]), [5n, -4n]);
  }
});

Deno.test("columns are the same whether words or bytes are copied", () => {
  const { random, seed } = seededRandom();
  const type = new ColumnsPayloadType({
    a: "u8",
    b: "f64",
    c: "i16",
    d: "u64",
    e: "f32",
    f: "u32",
    g: "i8",
    h: "u16",
    i: "i64",
    j: "i32",
  });
  const count = 100;
  const stride = 36 + 42;
  const bytes = new Uint8Array(count * stride).map(() => random() * 256);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < count; i++) {
    view.setInt32(i * stride, stride - 4, true);
    view.setInt32(i * stride + 4, i, true);
  }
  const decoded = columnDecoder(type.columns)(bytes, Infinity);
  const each = objectDecoder(type)(bytes, Infinity);
  assertEquals(decoded.consumed, bytes.length);
  const batch = decoded.chunk;
  assert(batch !== undefined && each.chunk !== undefined);
  for (const [i, { key, value }] of each.chunk.entries()) {
    const { cid, mid, moid, cap, acq } = key;
    const row = Object.fromEntries(
      Object.keys(value).map((
        name,
      ) => [name, batch[name as keyof typeof value][i]]),
    );
    assertEquals(row, value, `seed ${seed}`);
    assertEquals(
      [cid, mid, moid, cap, acq],
      [batch.cid[i], batch.mid[i], batch.moid[i], batch.cap[i], batch.acq[i]],
    );
  }
});

Deno.test("bytes that cannot be a record are unparseable wherever they stand", () => {
  const good = "24000000" + KEY_12345 + "0a000000";
  const bad = {
    "a negative length": "ffffffff",
    "a length shorter than a key": "1f000000",
    "a negative cid": "24000000 ffffffff" + KEY_12345.slice(8) + "0a000000",
    "a payload too short": "23000000" + KEY_12345 + "0a0000",
    "a payload too long": "25000000" + KEY_12345 + "0a00000000",
  };
  for (const [what, record] of Object.entries(bad)) {
    for (const before of [0, 1, 3]) {
      const bytes = hex(good.repeat(before), record, good);
      for (const decode of [objects, columns]) {
        const { chunk, stop, consumed } = decode(bytes, Infinity);
        assertEquals(stop, "unparseable", what);
        assertEquals(chunk?.length, before || undefined, what);
        assert(consumed >= 40 * before);
      }
    }
  }
});

Deno.test("the decoder takes at most as many bytes of records as the budget allows", () => {
  for (const decode of [objects, columns]) {
    for (let budget = 0; budget < 80; budget++) {
      const { chunk, consumed, stop } = decode(RECORDS, budget);
      const fitting = Math.floor(budget / 40);
      assertEquals(chunk?.length ?? 0, fitting);
      assertEquals(consumed, 40 * fitting);
      assertEquals(stop, "more");
    }
  }
});

Deno.test("random bytes never throw, and decode up to a stop", () => {
  const { random, seed } = seededRandom();
  const cases = Number(Deno.env.get("SLUICE_FUZZ_CASES") ?? 200_000);
  const bytes = new Uint8Array(256);
  const view = new DataView(bytes.buffer);
  const good = hex("24000000" + KEY_12345 + "0a000000");
  let ends = 0;
  for (let i = 0; i < cases; i++) {
    // Good records, then a random word or two, so that every branch is met.
    let length = 0;
    for (let n = random() * 3; n >= 1; n--, length += 40) {
      bytes.set(good, length);
    }
    for (let n = random() * 6; n >= 1; n--, length += 4) {
      view.setInt32(length, randomWord(random), true);
    }
    length = Math.max(0, length - Math.floor(random() * 4));
    const part = bytes.subarray(0, length);
    for (const decode of [objects, columns]) {
      const { chunk, consumed, stop, needed } = decode(part, Infinity);
      const count = chunk?.length ?? 0;
      const valid = count * 40 <= length && consumed <= length &&
        (stop !== "more" || consumed + needed > length || needed === 40);
      if (!valid) {
        throw new Error(
          `seed ${seed}, case ${i}: ${part.toHex()} gave ${stop}`,
        );
      }
      if (stop === "end") ends++;
    }
  }
  assert(ends > 0);
});

/** Everything in `bytes`, given in pieces that end at `cuts` and at the end. */
function decodeInPieces<C>(
  decode: RecordDecoder<C>,
  bytes: Uint8Array,
  cuts: number[],
): C[] {
  const chunks: C[] = [];
  let start = 0;
  for (const end of [...cuts, bytes.length]) {
    const { chunk, consumed, stop } = decode(
      bytes.subarray(start, end),
      Infinity,
    );
    if (chunk !== undefined) chunks.push(chunk);
    start += consumed;
    if (end === bytes.length) assertEquals(stop, "end");
    if (stop === "end") break;
  }
  assertEquals(start, bytes.length);
  return chunks;
}

function randomWord(random: () => number): number {
  const words = [0, -1, 31, 32, 36, 37, 2 ** 31 - 1, -(2 ** 31)];
  const index = Math.floor(random() * (words.length + 2));
  return words[index] ?? Math.floor(random() * 2 ** 32);
}
