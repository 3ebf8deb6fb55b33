/**
 * How close to a bare socket is a PUT, by column and as objects? One
 * iteration writes 2 000 000 records to another process, so 25 M records/s are
 * 80 ms and 2.5 M records/s are 800 ms.
 */
import {
  Channel,
  ColumnsPayloadType,
  Key,
  type PayloadType,
  StructPayloadType,
} from "@sluice/sluice/tstorage";
import { RECORDS, startCannedServer } from "./canned_tstorage.ts";

const group = `write ${RECORDS} records`;
const settings = { group, n: 10, warmup: 2 };
const server = await startCannedServer();
const columns = new ColumnsPayloadType({ value: "f64" });
const objects = new StructPayloadType<number>("<d");

/** Records written again and again, so that memory is not measured. */
const SOME = 20_000;
const cap = BigInt64Array.from({ length: SOME }, (_, i) => BigInt(i) << 20n);
const batch = {
  cid: new Int32Array(SOME).fill(1),
  mid: cap.map((_, i) => BigInt(i % 1000)),
  moid: new Int32Array(SOME).map((_, i) => i % 7),
  cap,
  value: new Float64Array(SOME).map((_, i) => i / 8),
};
const records = Array.from(cap, (cap, i) => ({
  key: new Key(1, BigInt(i % 1000), i % 7, cap),
  value: i / 8,
}));

Deno.bench({
  name: "bare socket, as many bytes",
  baseline: true,
  ...settings,
  async fn() {
    using conn = await Deno.connect({ port: server.port });
    const bytes = new Uint8Array(256 * 1024);
    bytes[0] = 5;
    const recordBytes = 4 + 20 + 8;
    for (let left = RECORDS * recordBytes; left > 0;) {
      left -= await conn.write(bytes.subarray(0, left));
    }
    await conn.write(new Uint8Array(4).fill(255));
    await conn.read(new Uint8Array(28));
  },
});

Deno.bench({
  name: "writable, columns",
  ...settings,
  async fn() {
    await using channel = await connected(columns);
    const writer = channel.writable().getWriter();
    for (let i = 0; i < RECORDS; i += SOME) await writer.write(batch);
    await writer.close();
  },
});

Deno.bench({
  name: "writable, objects",
  ...settings,
  async fn() {
    await using channel = await connected(objects);
    const writer = channel.writable().getWriter();
    for (let i = 0; i < RECORDS; i += SOME) {
      for (const record of records) await writer.write(record);
    }
    await writer.close();
  },
});

Deno.bench({
  name: "put, objects",
  ...settings,
  async fn() {
    await using channel = await connected(objects);
    const response = await channel.put(again(records));
    if (!response.isOk()) throw new Error(`Status ${response.status}`);
  },
});

addEventListener("unload", () => server[Symbol.dispose]());

function* again<T>(some: readonly T[]): Generator<T> {
  for (let i = 0; i < RECORDS; i += SOME) yield* some;
}

async function connected<T, B>(type: PayloadType<T, B>) {
  const channel = new Channel("127.0.0.1", server.port, type);
  await channel.connect();
  return channel;
}
