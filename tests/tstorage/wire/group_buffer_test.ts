import { assert, assertEquals } from "@std/assert";
import {
  type ColumnFields,
  ColumnsPayloadType,
  type ColumnType,
} from "../../../src/tstorage/mod.ts";
import { COLUMN_TYPES } from "../../../src/tstorage/data/column_types.ts";
import { GroupBuffer } from "../../../src/tstorage/wire/group_buffer.ts";
import { PutDecoder } from "../../../src/tstorage/wire/put_decoder.ts";
import { PutRecordEncoder } from "../../../src/tstorage/wire/put_record_encoder.ts";
import {
  type SeededRandom,
  seededRandom,
} from "../../support/seeded_random.ts";
import { randomKey } from "../payload_cases.ts";

const TYPES = Object.keys(COLUMN_TYPES) as ColumnType[];

Deno.test("a batch is written as its records are, whatever fields they have", () => {
  const random = seededRandom();
  const { below, pick } = random;
  for (let round = 0; round < 30; round++) {
    const fields: { [name: string]: ColumnType } = {};
    for (let n = below(4); n > 0; n--) fields[`field${n}`] = pick(TYPES);
    const type = new ColumnsPayloadType<ColumnFields>(fields);
    const withAcq = below(2) === 1;
    // Often more than the 256 KiB of the buffer.
    const count = pick([0, 1, 10, 20_000]);
    const batch = randomBatch(fields, count, random);
    const cids = type.columns.check(batch, withAcq);

    const encoder = new PutRecordEncoder(type, withAcq);
    const ofBatch = new GroupBuffer(encoder, withAcq);
    const batchBytes: Uint8Array[] = [];
    for (let from = 0; from < count;) {
      const added = ofBatch.addRun(type.columns, batch, cids, from);
      if (added === 0) batchBytes.push(ofBatch.take().slice());
      from += added;
    }
    batchBytes.push(ofBatch.take().slice());

    const ofRecords = new GroupBuffer(encoder, withAcq);
    const recordBytes: Uint8Array[] = [];
    for (let i = 0; i < count; i++) {
      const { cid, mid, moid, cap, acq } = batch;
      const key = randomKey(random).with({
        cid: cid[i],
        mid: mid[i],
        moid: moid[i],
        cap: cap[i],
        acq: acq[i],
      });
      const value = Object.fromEntries(
        Object.keys(fields).map((name) => [name, batch[name][i]]),
      );
      const payload = encoder.payload(value);
      if (!ofRecords.fits(encoder.size(payload))) {
        recordBytes.push(ofRecords.take().slice());
      }
      ofRecords.add({ key, value }, payload);
    }
    recordBytes.push(ofRecords.take().slice());

    // Buffers need not end at the same records.
    const [found, expected] = [batchBytes, recordBytes]
      .map((parts) => recordsIn(parts, withAcq));
    assert(
      found.length === count && found.every((each, i) => each === expected[i]),
      `${count} records of ${JSON.stringify(fields)}`,
    );
  }
});

/** The records in groups, each with its container before its bytes. */
function recordsIn(parts: Uint8Array[], withAcq: boolean): string[] {
  const records: string[] = [];
  const decoder = new PutDecoder(withAcq, (bytes, _view, cid, keyAt, end) => {
    records.push(`${cid}: ${bytes.subarray(keyAt, end).toHex()}`);
  });
  for (const part of parts) {
    assertEquals(decoder.decode(part).consumed, part.length);
  }
  return records;
}

/** Columns of random numbers, each a part of a larger array. */
function randomBatch(
  fields: { readonly [name: string]: ColumnType },
  count: number,
  { below, random }: SeededRandom,
) {
  const column = (type: ColumnType) => {
    const { array, value } = COLUMN_TYPES[type];
    const start = below(4);
    const column = new array(start + count).subarray(start);
    for (let i = 0; i < count; i++) {
      const number = value === "float" ? random() - 0.5 : below(2 ** 31);
      column[i] = value === "bigint" ? BigInt(number) : number;
    }
    return column;
  };
  const cid = column("i32");
  // Many records in a row share their container.
  for (let i = 1; i < count; i++) if (below(50) > 0) cid[i] = cid[i - 1];
  const batch = {
    cid,
    mid: column("i64"),
    moid: column("i32"),
    cap: column("i64"),
    acq: column("i64"),
  };
  const others = Object.entries(fields)
    .map(([name, type]) => [name, column(type)]);
  return { ...batch, ...Object.fromEntries(others) };
}
