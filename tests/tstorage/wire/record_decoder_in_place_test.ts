import { assertEquals } from "@std/assert";
import { objectDecoder } from "../../../src/tstorage/wire/record_decoder.ts";
import {
  type SeededRandom,
  seededRandom,
} from "../../support/seeded_random.ts";
import {
  PAYLOAD_CASES,
  type PayloadCase,
  randomKey,
  withoutInPlace,
} from "../payload_cases.ts";
import { concat } from "../wire_bytes.ts";

Deno.test("records are the same whether payloads are read in place or not", () => {
  const random = seededRandom();
  for (const payload of PAYLOAD_CASES) {
    const decodeInPlace = objectDecoder(payload.type);
    const decode = objectDecoder(withoutInPlace(payload.type));
    for (let i = 0; i < 40; i++) {
      const bytes = randomAnswer(payload, random);
      // Where the buffer of the channel ends, and where the records start in it.
      for (let cut = 0; cut < 20; cut++) {
        const start = random.below(4);
        const part = new Uint8Array(start + bytes.length).subarray(start);
        part.set(bytes);
        const cutPart = part.subarray(0, random.below(bytes.length + 1));
        const budget = random.pick([Infinity, random.below(bytes.length + 1)]);
        assertEquals(
          decodeInPlace(cutPart, budget),
          decode(cutPart, budget),
          payload.name,
        );
      }
    }
  }
});

/** Records, some of which cannot be parsed, and at times their end. */
function randomAnswer(
  { type, value }: PayloadCase,
  random: SeededRandom,
): Uint8Array {
  const { below, pick } = random;
  const parts: Uint8Array[] = [];
  for (let n = below(8); n > 0; n--) {
    const payload = below(10) === 0
      ? new Uint8Array(below(20))
      : type.toBytes(value(random));
    const key = randomKey(random).toBytes();
    if (below(20) === 0) key.fill(255, 0, 4);
    const length = pick([...Array(30).fill(32 + payload.length), 31, -1]);
    parts.push(int32(length), key, payload);
  }
  if (below(2) === 0) parts.push(int32(0), new Uint8Array(below(5)));
  return concat(...parts);
}

function int32(value: number): Uint8Array {
  return new Uint8Array(new Int32Array([value]).buffer);
}
