import { assert, assertEquals } from "@std/assert";
import {
  type PutDecoded,
  PutDecoder,
} from "../../../src/tstorage/wire/put_decoder.ts";
import { seededRandom } from "../../support/seeded_random.ts";
import { hex } from "../wire_bytes.ts";

const KEY = "0200000000000000 03000000 0400000000000000";
const ACQ = "0500000000000000";

/** Two groups, one of no bytes between them, and the end. */
const PUT = hex(
  "01000000 34000000",
  "14000000" + KEY,
  "18000000" + KEY + "0a0b0c0d",
  "05000000 00000000",
  "07000000 19000000",
  "15000000" + KEY + "ff",
  "ffffffff",
);

Deno.test("the records of a PUT are found wherever the bytes are cut", () => {
  const expected = ["1:", "1:0a0b0c0d", "7:ff"];
  for (let first = 0; first <= PUT.length; first++) {
    for (let second = first; second <= PUT.length; second += 7) {
      const { records, stop } = decodeInPieces(PUT, false, [first, second]);
      assertEquals(records, expected, `cut at ${first} and ${second}`);
      assertEquals(stop, "end");
    }
  }
});

Deno.test("a PUTA record has its acquisition time before the payload", () => {
  const puta = hex(
    "01000000 21000000",
    "1d000000" + KEY + ACQ + "aa",
    "80ffffff",
  );
  assertEquals(decodeInPieces(puta, true, []), {
    records: ["1:aa"],
    stop: "end",
  });
});

Deno.test("any negative cid ends the groups", () => {
  for (const end of ["ffffffff", "00000080", "feffffff"]) {
    assertEquals(decodeInPieces(hex(end), false, []).stop, "end");
  }
});

Deno.test("groups and records of impossible sizes are malformed", () => {
  const malformed = {
    "a negative group": "01000000 ffffffff",
    "a record shorter than its key": "01000000 40000000 13000000" + KEY,
    "a record of negative length": "01000000 40000000 ffffffff",
    "a record longer than its group": "01000000 18000000 15000000" + KEY + "00",
    "a payload over 32 MiB": "01000000 ffffff7f 15000002",
    "a rest of a group too short for a record": "01000000 03000000 000000",
  };
  for (const [what, bytes] of Object.entries(malformed)) {
    const { stop } = decodeInPieces(hex(bytes), false, [], false);
    assertEquals(stop, "malformed", what);
  }
});

Deno.test("a payload may have 32 MiB", () => {
  const head = hex("01000000 18000002 14000002" + KEY);
  const { stop, needed } = new PutDecoder(false, () => {}).decode(head);
  assertEquals(stop, "more");
  assertEquals(needed, 4 + 20 + 32 * 2 ** 20);
});

Deno.test("random groups never throw, and decode the same wherever they are cut", () => {
  const { random, seed } = seededRandom();
  const cases = Number(Deno.env.get("SLUICE_FUZZ_CASES") ?? 200_000) / 10;
  for (let i = 0; i < cases; i++) {
    const bytes = PUT.slice();
    for (let n = random() * 3; n >= 0; n--) {
      bytes[Math.floor(random() * bytes.length)] = random() < 0.5
        ? random() * 256
        : [0, 1, 20, 127, 128, 255][Math.floor(random() * 6)];
    }
    const cut = Math.floor(random() * bytes.length);
    const whole = decodeInPieces(bytes, false, [], false);
    const pieces = decodeInPieces(bytes, false, [cut], false);
    const same = whole.stop === pieces.stop &&
      whole.records.join() === pieces.records.join();
    assert(same, `seed ${seed}, case ${i}: ${bytes.toHex()} cut at ${cut}`);
  }
});

function decodeInPieces(
  bytes: Uint8Array,
  withAcq: boolean,
  cuts: number[],
  toTheEnd = true,
): { records: string[]; stop: PutDecoded["stop"] } {
  const records: string[] = [];
  const decoder = new PutDecoder(withAcq, (bytes, _view, cid, keyAt, end) => {
    const payloadAt = keyAt + (withAcq ? 28 : 20);
    records.push(`${cid}:${bytes.subarray(payloadAt, end).toHex()}`);
  });
  let start = 0;
  let stop: PutDecoded["stop"] = "more";
  for (const end of [...cuts, bytes.length]) {
    const decoded = decoder.decode(bytes.subarray(start, end));
    start += decoded.consumed;
    stop = decoded.stop;
    if (stop !== "more") break;
  }
  if (toTheEnd) assertEquals(start, bytes.length);
  return { records, stop };
}
