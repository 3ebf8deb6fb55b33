/**
 * How close to a bare socket is reading records, by column and as objects? One
 * iteration reads 2 000 000 records of 44 bytes from another process, so
 * 25 M records/s are 80 ms and 2.5 M records/s are 800 ms.
 */
import {
  Channel,
  ColumnsPayloadType,
  Key,
  type PayloadType,
  StructPayloadType,
} from "@sluice/sluice/tstorage";
import { RECORDS, REPLY_BYTES, startCannedServer } from "./canned_tstorage.ts";

const group = `read ${RECORDS} records of 44 bytes`;
const settings = { group, n: 10, warmup: 2 };
const server = await startCannedServer();
const columns = new ColumnsPayloadType({ value: "f64" });
const objects = new StructPayloadType<number>("<d");

Deno.bench({
  name: "bare socket, bytes thrown away",
  baseline: true,
  ...settings,
  async fn() {
    using conn = await Deno.connect({ port: server.port });
    await conn.write(new Uint8Array(1));
    const buffer = new Uint8Array(512 * 1024);
    let count = 0;
    while (count < REPLY_BYTES) count += await conn.read(buffer) ?? Infinity;
  },
});

Deno.bench({
  name: "batches",
  ...settings,
  async fn() {
    await using channel = await connected(columns);
    let count = 0;
    for await (const batch of channel.batches(Key.MIN, Key.MAX)) {
      count += batch.length;
    }
    assertAll(count);
  },
});

Deno.bench({
  name: "records",
  ...settings,
  async fn() {
    await using channel = await connected(objects);
    let count = 0;
    for await (const _ of channel.records(Key.MIN, Key.MAX)) count++;
    assertAll(count);
  },
});

Deno.bench({
  name: "getStream, batches of 1 MiB of objects",
  ...settings,
  async fn() {
    await using channel = await connected(objects);
    channel.memoryLimit = 2 ** 20;
    let count = 0;
    await channel.getStream(Key.MIN, Key.MAX, (records) => {
      count += records.length;
    });
    assertAll(count);
  },
});

addEventListener("unload", () => server[Symbol.dispose]());

async function connected<T, B>(type: PayloadType<T, B>) {
  const channel = new Channel("127.0.0.1", server.port, type);
  await channel.connect();
  return channel;
}

function assertAll(count: number): void {
  if (count !== RECORDS) throw new Error(`Read ${count} records`);
}
