import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  BytesPayloadType,
  Channel,
  ColumnsPayloadType,
  Key,
  openTStorage,
  type Record,
  StructPayloadType,
} from "../../../src/tstorage/mod.ts";
import { duplexPair } from "../duplex_pair.ts";
import { PAYLOAD_CASES, randomKey } from "../payload_cases.ts";
import { seededRandom } from "../../support/seeded_random.ts";

const ALL = [Key.MIN, Key.MAX] as const;

Deno.test("records come back as they were put, one by one or many at once", async () => {
  const random = seededRandom();
  for (const { name, type, value } of PAYLOAD_CASES) {
    await using database = openTStorage();
    const [client, server] = duplexPair();
    const session = database.serve(server);
    await using channel = Channel.over(client, type);
    const records = distinct(
      Array.from({ length: 300 }, () => {
        const key = randomKey(random).with({ acq: BigInt(random.below(9)) });
        return { key, value: value(random) };
      }),
    );
    const writer = channel.writable({ withAcq: true }).getWriter();
    for (let from = 0; from < records.length;) {
      const count = random.below(40);
      const some = records.slice(from, from + count);
      await writer.write(count === 1 ? some[0] : some);
      from += count;
    }
    await writer.close();
    const written = await channel.get(...ALL);
    assert((await channel.puta(records)).isOk());
    const put = await channel.get(...ALL);
    const sorted = records.filter(({ key }) => !hasMaximum(key))
      .sort((a, b) => Key.compare(a.key, b.key));
    const shown = (data: Record<unknown>[]) =>
      data.map(({ key, value }) => [key, type.toBytes(value).toHex()]);
    assertEquals(shown(written.data), shown(sorted), name);
    assertEquals(shown(put.data), shown(sorted), name);
    const streamed: Record<unknown>[] = [];
    channel.memoryLimit = 1000;
    const { status } = await channel.getStream(...ALL, (batch) => {
      streamed.push(...batch);
    }, { recvBufferSize: 100 });
    assertEquals([status, shown(streamed)], [0, shown(sorted)], name);
    await channel.close();
    await session;
  }
});

Deno.test("records, arrays of them and batches are one PUT in their order", async () => {
  await using database = openTStorage();
  const [client, server] = duplexPair();
  const session = database.serve(server);
  const type = new ColumnsPayloadType({ value: "i32" });
  await using channel = Channel.over(client, type);
  const row = (i: number) => ({
    key: new Key(i % 3, BigInt(i), 0, 2n ** 53n + BigInt(i)),
    value: { value: i },
  });
  const writer = channel.writable().getWriter();
  await writer.write([]);
  await writer.write(row(0));
  await writer.write([row(1), row(2)]);
  await writer.write({
    cid: new Int32Array([0, 1]),
    mid: new BigInt64Array([3n, 4n]),
    moid: new Int32Array(2),
    cap: new BigInt64Array([2n ** 53n + 3n, 2n ** 53n + 4n]),
    value: new Int32Array([3, 4]),
  });
  // More than the buffer holds.
  const many = Array.from({ length: 20_000 }, (_, i) => row(i + 5));
  await writer.write(many);
  await writer.close();
  const { data } = await channel.get(...ALL);
  data.sort((a, b) => Number(a.key.acq - b.key.acq));
  assertEquals(data.length, many.length + 5);
  assert(data.every(({ key, value }, i) => {
    const expected = row(i);
    return value.value === i && key.cid === expected.key.cid &&
      key.mid === expected.key.mid && key.cap === expected.key.cap;
  }));
  await channel.close();
  await session;
});

Deno.test("an array with a record that cannot be sent stores none", async () => {
  await using database = openTStorage();
  const key = new Key(1, 2n, 3, 4n);
  const invalid = new Key(-1, 2n, 3, 4n);
  const wrong = [
    { record: { key, value: 256 }, error: "from 0 to 255, found 256" },
    { record: { key: invalid, value: 1 }, error: "non-negative integer" },
  ];
  for (const { record, error } of wrong) {
    const [client, server] = duplexPair();
    const session = database.serve(server);
    await using channel = Channel.over(client, new StructPayloadType("B"));
    const writer = channel.writable().getWriter();
    writer.closed.catch(() => {});
    const failure = await writer.write([{ key, value: 1 }, record])
      .then(() => undefined, (error) => error);
    assert(failure instanceof RangeError, `${failure}`);
    assert(failure.message.includes(error), failure.message);
    // Nothing was sent, so the connection is as good as before.
    assertEquals((await channel.get(...ALL)).data, []);
    await channel.close();
    await session;
  }
});

Deno.test("an array of large records waits for the server", async () => {
  const [client, server] = duplexPair();
  await using channel = Channel.over(client, new BytesPayloadType());
  const writer = channel.writable().getWriter();
  writer.closed.catch(() => {});
  const value = new Uint8Array(200_000);
  let toBytes = 0;
  const key = new Key(1, 2n, 3, 4n);
  const records = Array.from({ length: 50 }, () => ({
    key,
    get value() {
      toBytes++;
      return value;
    },
  }));
  const writing = writer.write(records).catch(() => {});
  const reader = server.readable.getReader();
  // The head of the request, and a part of the first record.
  await reader.read();
  await reader.read();
  assert(toBytes < 20, `${toBytes} of 50 records are encoded`);
  await reader.cancel();
  await server.writable.abort();
  await channel.close();
  await writing;
});

Deno.test("writes that are not awaited keep their order", async () => {
  const random = seededRandom();
  await using database = openTStorage();
  const [client, server] = duplexPair();
  const session = database.serve(server);
  await using channel = Channel.over(client, new BytesPayloadType());
  const writer = channel.writable().getWriter();
  const records = Array.from({ length: 300 }, (_, i) => ({
    key: new Key(1, BigInt(i), 0, 0n),
    // Some fill the buffer, or are larger than it.
    value: new Uint8Array(random.pick([0, 10, 10, 5000, 100_000, 300_000])),
  }));
  for (const [i, record] of records.entries()) {
    const written = writer.write(i % 7 === 0 ? [record] : record);
    if (random.below(10) === 0) await written;
    else written.catch(() => {});
  }
  await writer.close();
  const { data } = await channel.get(...ALL);
  data.sort((a, b) => Number(a.key.acq - b.key.acq));
  assertEquals(data.map(({ key }) => Number(key.mid)), [...records.keys()]);
  assert(
    data.every(({ value }, i) => value.length === records[i].value.length),
  );
  await channel.close();
  await session;
});

Deno.test("a stream that is closed, aborted or released takes no record", async () => {
  await using database = openTStorage();
  const record = { key: new Key(1, 2n, 3, 4n), value: 5 };
  const ends = {
    closed: (writer: WritableStreamDefaultWriter) => writer.close(),
    aborted: (writer: WritableStreamDefaultWriter) => writer.abort(),
    released: (writer: WritableStreamDefaultWriter) => writer.releaseLock(),
  };
  for (const [name, end] of Object.entries(ends)) {
    for (const before of [0, 1]) {
      const [client, server] = duplexPair();
      const session = database.serve(server);
      const channel = Channel.over(client, new StructPayloadType<number>("<i"));
      const stream = channel.writable();
      const writer = stream.getWriter();
      writer.closed.catch(() => {});
      for (let i = 0; i < before; i++) await writer.write(record);
      const ended = end(writer);
      await assertRejects(() => writer.write(record), name);
      await ended;
      if (name === "released") {
        const next = stream.getWriter();
        await next.write(record);
        await next.close();
        await assertRejects(() => next.write(record), TypeError);
      }
      await channel.close();
      await session;
    }
  }
});

Deno.test("a stream that closes takes no record of another writer", async () => {
  await using database = openTStorage();
  const [client, server] = duplexPair();
  const session = database.serve(server);
  const type = new StructPayloadType<number>("<i");
  await using channel = Channel.over(client, type);
  const record = { key: new Key(1, 2n, 3, 4n), value: 5 };
  const stream = channel.writable();
  const closed = stream.close();
  const writer = stream.getWriter();
  await assertRejects(() => writer.write(record), TypeError);
  await closed;
  assertEquals((await channel.get(...ALL)).data, []);
  await channel.close();
  await session;
});

Deno.test("a pipe writes records as a writer does", async () => {
  await using database = openTStorage();
  const [client, server] = duplexPair();
  const session = database.serve(server);
  const type = new StructPayloadType<number>("<i");
  await using channel = Channel.over(client, type);
  const records = Array.from({ length: 1000 }, (_, i) => ({
    key: new Key(1, BigInt(i), 0, 0n),
    value: i,
  }));
  await ReadableStream.from(records).pipeTo(channel.writable());
  const { data } = await channel.get(...ALL);
  assertEquals(data.map(({ value }) => value), [...records.keys()]);
  await channel.close();
  await session;
});

/** The last record of each key. */
function distinct(records: Record<unknown>[]): Record<unknown>[] {
  const byKey = new Map(
    records.map((record) => [record.key.toBytes().toHex(), record]),
  );
  return [...byKey.values()];
}

/** Whether a part is at its maximum, so that no range can contain the key. */
function hasMaximum(key: Key): boolean {
  const { cid, mid, moid, cap, acq } = Key.MAX;
  return key.cid === cid || key.mid === mid || key.moid === moid ||
    key.cap === cap || key.acq === acq;
}
