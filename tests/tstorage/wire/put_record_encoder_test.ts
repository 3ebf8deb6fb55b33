import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type PayloadType,
  type Record,
  StructPayloadType,
} from "../../../src/tstorage/mod.ts";
import { GroupBuffer } from "../../../src/tstorage/wire/group_buffer.ts";
import { PutDecoder } from "../../../src/tstorage/wire/put_decoder.ts";
import { PutGroups } from "../../../src/tstorage/wire/put_group.ts";
import { PutRecordEncoder } from "../../../src/tstorage/wire/put_record_encoder.ts";
import { seededRandom } from "../../support/seeded_random.ts";
import { PAYLOAD_CASES, randomKey } from "../payload_cases.ts";
import { concat } from "../wire_bytes.ts";

type AnyType = PayloadType<unknown, unknown>;

Deno.test("a record is the same bytes, wherever it is written over others", () => {
  const random = seededRandom();
  const target = new Uint8Array(1000);
  const view = new DataView(target.buffer);
  for (const { name, type, value } of PAYLOAD_CASES) {
    for (let i = 0; i < 200; i++) {
      const withAcq = random.below(2) === 1;
      const encoder = new PutRecordEncoder(type, withAcq);
      const record = { key: randomKey(random), value: value(random) };
      const expected = recordBytes(record, type, withAcq);
      const at = random.below(100);
      target.fill(0xaa);
      const payload = encoder.payload(record.value);
      assertEquals(encoder.size(payload), expected.length, name);
      const end = encoder.write(target, view, at, record, payload);
      assertEquals(end, at + expected.length, name);
      const found = [target.subarray(at, end), target.subarray(0, at)];
      assertEquals(found[0].toHex(), expected.toHex(), name);
      assert(found[1].every((byte) => byte === 0xaa), name);
      assert(target.subarray(end).every((byte) => byte === 0xaa), name);
    }
  }
});

Deno.test("groups of a PUT are those of a straightforward encoder", () => {
  const random = seededRandom();
  for (const { name, type, value } of PAYLOAD_CASES) {
    for (const count of [0, 1, 50, 400]) {
      const withAcq = random.below(2) === 1;
      const maxBatchSize = random.pick([1, 60, 500, 2 ** 31 - 1]);
      const records = Array.from({ length: count }, () => ({
        key: randomKey(random),
        value: value(random),
      }));
      const encoder = new PutRecordEncoder(type, withAcq);
      const groups = new PutGroups(encoder, maxBatchSize);
      for (const record of records) groups.add(record);
      // A part is valid until the next one.
      const parts = Array.from(groups.parts(), (part) => part.slice());
      const expected = groupBytes(records, type, withAcq, maxBatchSize);
      assertEquals(concat(...parts).toHex(), expected.toHex(), name);
    }
  }
});

Deno.test("the group buffer has the records in their order, however often it is full", () => {
  const random = seededRandom();
  for (const { name, type, value } of PAYLOAD_CASES) {
    const withAcq = random.below(2) === 1;
    const encoder = new PutRecordEncoder(type, withAcq);
    const buffer = new GroupBuffer(encoder, withAcq);
    const found: string[] = [];
    const expected: string[] = [];
    const decoder = new PutDecoder(withAcq, (bytes, _view, cid, keyAt, end) => {
      found.push(`${cid}:${bytes.subarray(keyAt, end).toHex()}`);
    });
    const take = () => {
      const bytes = buffer.take();
      const { consumed, stop } = decoder.decode(bytes);
      assertEquals([consumed, stop], [bytes.length, "more"], name);
    };
    // Few different records, which fill more than the 256 KiB of the buffer.
    const records = Array.from({ length: 20 }, () => {
      const record = { key: randomKey(random), value: value(random) };
      const bytes = recordBytes(record, type, withAcq).subarray(4).toHex();
      return { record, shown: `${record.key.cid}:${bytes}` };
    });
    for (let i = 0; i < 10_000; i++) {
      const { record, shown } = random.pick(records);
      const payload = encoder.payload(record.value);
      if (!buffer.fits(encoder.size(payload))) take();
      buffer.add(record, payload);
      expected.push(shown);
    }
    take();
    assert(expected.every((each, i) => each === found[i]), name);
    assertEquals(found.length, expected.length);
  }
});

Deno.test("a subclass that writes or reads in its own way is not passed over", () => {
  class Tenths extends StructPayloadType<number> {
    override toBytes(value: number) {
      return super.toBytes(Math.round(10 * value));
    }
  }
  const type = new Tenths("<i");
  const patched = new StructPayloadType<number>("<i");
  patched.fromBytes = () => 5;
  const encoder = new PutRecordEncoder(type, false);
  assertEquals(encoder.payload(1.5)?.toHex(), "0f000000");
  assertEquals([type.inPlace, patched.inPlace], [undefined, undefined]);
  assertEquals(new StructPayloadType<number>("<i").inPlace?.size, 4);
});

Deno.test("a format of more than 32 MiB is refused for each record", () => {
  const type = new StructPayloadType<Uint8Array>("33554433s");
  const encoder = new PutRecordEncoder(type, false);
  assertThrows(
    () => encoder.payload(new Uint8Array()),
    RangeError,
    "a payload of at most 33554432 bytes, found 33554433",
  );
});

/** A record, length included, from the descriptions in the specification. */
function recordBytes(
  { key, value }: Record<unknown>,
  type: AnyType,
  withAcq: boolean,
): Uint8Array {
  const rest = concat(
    key.toBytes({ withCid: false, withAcq }),
    type.toBytes(value),
  );
  return concat(int32(rest.length), rest);
}

function groupBytes(
  records: Record<unknown>[],
  type: AnyType,
  withAcq: boolean,
  maxBatchSize: number,
): Uint8Array {
  const byCid = Map.groupBy(records, ({ key }) => key.cid);
  return concat(
    ...Array.from(byCid, ([cid, ofCid]) => {
      const groups: Uint8Array[] = [];
      for (const record of ofCid) {
        const bytes = recordBytes(record, type, withAcq);
        const last = groups.at(-1);
        if (last && last.length + bytes.length <= maxBatchSize) {
          groups[groups.length - 1] = concat(last, bytes);
        } else groups.push(bytes);
      }
      return groups.flatMap((
        group,
      ) => [int32(cid), int32(group.length), group]);
    }).flat(),
  );
}

function int32(value: number): Uint8Array {
  return new Uint8Array(new Int32Array([value]).buffer);
}
