import { assert, assertEquals } from "@std/assert";
import {
  ColumnsPayloadType,
  ResponseAcq,
  ResponseStatus,
  StructPayloadType,
} from "../../../src/tstorage/mod.ts";
import { GetReply } from "../../../src/tstorage/client/get_reply.ts";
import {
  columnDecoder,
  objectDecoder,
} from "../../../src/tstorage/wire/record_decoder.ts";
import { seededRandom } from "../../support/seeded_random.ts";
import { GET_REPLY } from "../wire_bytes.ts";

Deno.test("random answers end with a status, and hold no more than the limit", async () => {
  const { random, seed } = seededRandom();
  const cases = Number(Deno.env.get("SLUICE_FUZZ_CASES") ?? 200_000) / 2;
  const objects = objectDecoder(new StructPayloadType<number>("<i"));
  const columns = columnDecoder(
    new ColumnsPayloadType({ value: "i32" }).columns,
  );
  const met = new Map<ResponseStatus, number>();
  for (let i = 0; i < cases; i++) {
    const answer = randomAnswer(random);
    const memoryLimit = random() < 0.5 ? Infinity : Math.floor(random() * 130);
    const options = {
      recvBufferSize: 1 + Math.floor(random() * 200),
      memoryLimit,
      totalLimit: random() < 0.5 ? Infinity : memoryLimit,
    };
    const source = new Pieces(answer, random);
    const reply = new GetReply<{ readonly length: number }>(
      source,
      i % 2 === 0 ? objects : columns,
      options,
    );
    for (;;) {
      const next = await reply.next();
      if (next instanceof ResponseAcq) {
        met.set(next.status, (met.get(next.status) ?? 0) + 1);
        break;
      }
      if (next !== undefined && next.length * 40 <= memoryLimit) continue;
      throw new Error(`seed ${seed}, case ${i}: ${answer.toHex()}`);
    }
    if (source.largest > Math.max(64, memoryLimit)) {
      throw new Error(`seed ${seed}, case ${i}: held ${source.largest} bytes`);
    }
  }
  const { ERROR, OK, DISCONNECTED, BAD_REQUEST } = ResponseStatus;
  const { UNPARSEABLE_ENTITY, NO_MEMORY } = ResponseStatus;
  const all = [
    OK,
    ERROR,
    DISCONNECTED,
    BAD_REQUEST,
    UNPARSEABLE_ENTITY,
    NO_MEMORY,
  ];
  assertEquals(all.filter((status) => !met.has(status)), []);
  assertEquals(met.size, all.length);
  assert((met.get(OK) ?? 0) > cases / 100);
});

/** A connection that brings some bytes in pieces of random sizes, and ends. */
class Pieces {
  /** The largest room that was ever offered. */
  largest = 0;
  #at = 0;
  readonly #bytes: Uint8Array;
  readonly #random: () => number;

  constructor(bytes: Uint8Array, random: () => number) {
    this.#bytes = bytes;
    this.#random = random;
  }

  read(into: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    this.largest = Math.max(this.largest, into.length);
    const left = this.#bytes.length - this.#at;
    const most = Math.min(into.length, left);
    const count = Math.ceil(this.#random() * most);
    into.set(this.#bytes.subarray(this.#at, this.#at + count));
    this.#at += count;
    return Promise.resolve(into.subarray(0, count));
  }
}

/** A good answer with a few bytes changed or lost, or only noise. */
function randomAnswer(random: () => number): Uint8Array {
  const below = (n: number) => Math.floor(random() * n);
  if (below(20) === 0) {
    return Uint8Array.from({ length: below(200) }, () => below(256));
  }
  const answer = GET_REPLY.slice(0, below(3) ? undefined : below(120));
  for (let n = below(3); n > 0; n--) {
    const values = [0, 1, 4, 8, 36, 127, 128, 255];
    answer[below(answer.length)] = values[below(values.length)];
  }
  return answer;
}
