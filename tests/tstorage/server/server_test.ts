import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { Buffer } from "node:buffer";
import {
  BytesPayloadType,
  Channel,
  ColumnsPayloadType,
  Key,
  nowNs,
  serveTStorage,
  StructPayloadType,
  type TStorageServer,
  UnitPayloadType,
} from "../../../src/tstorage/mod.ts";
import { seededRandom } from "../../support/seeded_random.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const double = new StructPayloadType<number>("<d");

Deno.test("a GET returns the records that were put, in the order of the keys", async () => {
  await using server = serveTStorage({ port: 0 });
  await using channel = await connected(server, double);
  const { random, seed } = seededRandom();
  const records = Array.from(
    { length: 20_000 },
    (_, i) => ({ key: randomKey(random), value: i / 8 }),
  );
  assert((await channel.puta(records)).isOk());
  const { data } = await channel.get(Key.MIN, Key.MAX);
  const sorted = records.toSorted((a, b) => Key.compare(a.key, b.key));
  assertEquals(data.length, sorted.length, `seed ${seed}`);
  for (const [i, record] of data.entries()) {
    assertEquals(record, sorted[i], `seed ${seed}, record ${i}`);
  }
});

Deno.test("a range is a box, in each part of the key on its own", async () => {
  await using server = serveTStorage({ port: 0 });
  await using channel = await connected(server, new UnitPayloadType());
  const { random, seed } = seededRandom();
  const below = (n: number) => Math.floor(random() * n);
  const small = () =>
    new Key(
      below(4),
      BigInt(below(5) - 2),
      below(4) - 2,
      BigInt(below(6) - 3),
      BigInt(below(3)),
    );
  const keys = new Map<string, Key>();
  for (let i = 0; i < 1200; i++) {
    const key = small();
    keys.set(key.toBytes().toHex(), key);
  }
  const records = [...keys.values()].map((key) => ({ key, value: undefined }));
  assert((await channel.puta(records)).isOk());
  for (let i = 0; i < 300; i++) {
    const min = below(3) ? small() : Key.MIN;
    const max = below(3) ? new Key(...raised(small(), below)) : Key.MAX;
    const inside = [...keys.values()].filter((key) => inBox(key, min, max));
    const empty = !inBox(min, min, max);
    if (empty) continue;
    const { data, status } = await channel.get(min, max);
    assertEquals(status, 0, `seed ${seed}`);
    assertEquals(
      data.map(({ key }) => key),
      inside.sort(Key.compare),
      `seed ${seed}, case ${i}`,
    );
  }
});

Deno.test("the ends of int64 are ordinary values, the maximum is ignored", async () => {
  await using server = serveTStorage({ port: 0 });
  await using channel = await connected(server, double);
  const kept = [
    Key.MIN,
    new Key(2 ** 31 - 2, INT64_MAX - 1n, 2 ** 31 - 2, INT64_MAX - 1n, -1n),
    new Key(0, -1n, -1, -1n, INT64_MAX - 1n),
    new Key(0, 0n, 0, 0n, 0n),
    new Key(5, INT64_MIN, -(2 ** 31), INT64_MIN, INT64_MIN),
  ];
  const ignored = [
    Key.MAX,
    new Key(2 ** 31 - 1, 0n, 0, 0n, 0n),
    new Key(0, INT64_MAX, 0, 0n, 0n),
    new Key(0, 0n, 2 ** 31 - 1, 0n, 0n),
    new Key(0, 0n, 0, INT64_MAX, 0n),
    new Key(0, 0n, 0, 0n, INT64_MAX),
  ];
  const records = [...kept, ...ignored].map((key) => ({ key, value: 1 }));
  assert((await channel.puta(records)).isOk());
  const { data } = await channel.get(Key.MIN, Key.MAX);
  assertEquals(data.map(({ key }) => key), kept.sort(Key.compare));
  // Without an acquisition time of its own, one at the maximum does not count.
  const put = [{ key: new Key(9, 0n, 0, 0n, INT64_MAX), value: 2 }];
  assert((await channel.put(put)).isOk());
  const nine = await channel.get(Key.MIN.with({ cid: 9 }), Key.MAX);
  assertEquals(nine.data.map(({ value }) => value), [2, 1]);
});

Deno.test("an empty set of records can be put and read", async () => {
  await using server = serveTStorage({ port: 0 });
  await using channel = await connected(server, double);
  assert((await channel.put([])).isOk());
  assert((await channel.puta([])).isOk());
  const { data, acq } = await channel.get(Key.MIN, Key.MAX);
  assertEquals(data, []);
  assert(acq <= nowNs() && acq > nowNs() - 60_000_000_000n);
});

Deno.test("a hundred thousand cids", async () => {
  await using server = serveTStorage({ port: 0 });
  await using channel = await connected(server, double);
  const count = 100_000;
  const records = Array.from(
    { length: count },
    (_, i) => ({ key: new Key(i, 1n, 2, BigInt(i % 100), 4n), value: i }),
  );
  assert((await channel.puta(records)).isOk());
  const { data } = await channel.get(Key.MIN, Key.MAX);
  assertEquals(data.length, count);
  assert(data.every(({ key, value }, i) => key.cid === i && value === i));
  // One in a hundred, each of another cid.
  const some = await channel.get(
    Key.MIN.with({ cap: 7n }),
    Key.MAX.with({ cap: 8n }),
  );
  assertEquals(some.data.map(({ value }) => value % 100), Array(1000).fill(7));
});

Deno.test("payloads may be empty or of 32 MiB, and have every byte value", async () => {
  await using server = serveTStorage({ port: 0 });
  await using channel = await connected(server, new BytesPayloadType());
  const largest = new Uint8Array(32 * 2 ** 20).fill(7);
  crypto.getRandomValues(largest.subarray(0, 65_536));
  const values = [
    new Uint8Array(),
    new Uint8Array(1),
    new Uint8Array(4095).fill(255),
    new Uint8Array(4096).map((_, i) => i),
    new Uint8Array(4097).map((_, i) => i),
    largest,
    new Uint8Array(),
  ];
  const records = values.map((value, i) => ({
    key: new Key(1, BigInt(i), 0, 0n, 0n),
    value,
  }));
  assert((await channel.puta(records)).isOk());
  const { data } = await channel.get(Key.MIN, Key.MAX);
  assertEquals(data.length, values.length);
  for (const [i, { value }] of data.entries()) {
    assert(equalBytes(value, values[i]), `payload ${i}`);
  }
});

Deno.test("a range may start in the future, where PUTA may have stored records", async () => {
  await using server = serveTStorage({ port: 0 });
  await using channel = await connected(server, new UnitPayloadType());
  const acq = 2n ** 63n - 2n;
  const key = new Key(1, 2n, 3, 4n, acq);
  assert((await channel.puta([{ key, value: undefined }])).isOk());
  const min = Key.MIN.with({ acq });
  const { data, status } = await channel.get(min, Key.MAX);
  assertEquals([status, data.map(({ key }) => key.acq)], [0, [acq]]);
  assert((await channel.getAcq(min, Key.MAX)).isOk());
});

Deno.test("a range may start at the last answered acquisition time", async () => {
  await using server = serveTStorage({ port: 0 });
  await using channel = await connected(server, new UnitPayloadType());
  const records = [{ key: new Key(1, 2n, 3, 4n), value: undefined }];
  let min = Key.MIN;
  for (let round = 0; round < 200; round++) {
    if (round % 3 === 0) assert((await channel.put(records)).isOk());
    const { data, acq } = round % 2
      ? await channel.get(min, Key.MAX)
      : { data: [], ...await channel.getAcq(min, Key.MAX) };
    assert(acq >= min.acq, `round ${round}`);
    assert(data.every(({ key }) => key.acq >= min.acq && key.acq < acq));
    min = min.with({ acq });
  }
});

Deno.test("a record replaces the earlier one with the same key", async () => {
  await using server = serveTStorage({ port: 0 });
  await using channel = await connected(server, double);
  const key = new Key(1, 2n, 3, 4n, 5n);
  assert((await channel.puta([{ key, value: 1 }])).isOk());
  const again = [{ key, value: 2 }, { key, value: 3 }];
  assert((await channel.puta(again)).isOk());
  const { data } = await channel.get(Key.MIN, Key.MAX);
  assertEquals(data, [{ key, value: 3 }]);
});

Deno.test("the records that a PUTA replaces change all at once", async () => {
  await using server = serveTStorage({ port: 0 });
  await using writer = await connected(server, new BytesPayloadType());
  await using reader = await connected(server, new BytesPayloadType());
  const count = 20_000;
  const records = (fill: number) => {
    const value = new Uint8Array(2000).fill(fill);
    return Array.from(
      { length: count },
      (_, i) => ({ key: new Key(1, BigInt(i), 0, 0n, 0n), value }),
    );
  };
  const valueOf = async (record: number) => {
    const mid = BigInt(record);
    const max = Key.MAX.with({ mid: mid + 1n });
    const { data } = await reader.get(Key.MIN.with({ mid }), max);
    return data.map(({ value }) => value[0]);
  };
  assert((await writer.puta(records(1))).isOk());
  let isDone = false;
  const replaced = writer.puta([...records(2), ...records(3)])
    .finally(() => isDone = true);
  let looks = 0;
  for (; !isDone; looks++) {
    const [first] = await valueOf(0);
    const [last] = await valueOf(count - 1);
    const found = `found ${first}, then ${last}`;
    assert(first === 1 || (first === 3 && last === 3), found);
  }
  assert((await replaced).isOk());
  assert(looks > 1, "there was no look while records were replaced");
  assertEquals(await valueOf(count >> 1), [3]);
});

Deno.test("a large payload that is replaced takes no more space", async () => {
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "records.db");
  const key = new Key(1, 2n, 3, 4n, 5n);
  const size = 2 ** 20;
  {
    await using server = serveTStorage({ port: 0, path });
    await using channel = await connected(server, new BytesPayloadType());
    const sizes = [4096, 4097, size, 0, size + 1, 5000, size, size, size, size];
    for (const [i, size] of sizes.entries()) {
      const value = new Uint8Array(size).fill(i);
      const first = { key, value: new Uint8Array(size + 1) };
      assert((await channel.puta([first, { key, value }])).isOk());
      const { data } = await channel.get(Key.MIN, Key.MAX);
      assertEquals(data.length, 1);
      assert(equalBytes(data[0].value, value), `payload ${i}`);
    }
  }
  // Of 17 that were stored some are there at once, as they make room only later.
  const { size: fileSize } = await Deno.stat(path);
  assert(fileSize < 8 * size, `${fileSize} bytes`);
});

Deno.test("small records beside large ones are stored before clients give up", async () => {
  await using server = serveTStorage({ port: 0 });
  await using channel = new Channel(
    "127.0.0.1",
    server.port,
    new BytesPayloadType(),
    { timeout: 20_000 },
  );
  assert((await channel.connect()).isOk());
  const large = new Uint8Array(32 * 2 ** 20);
  const small = new Uint8Array(8);
  const every = (step: number, value: Uint8Array, cap: bigint) =>
    Array.from(
      { length: 2000 / step },
      (_, i) => ({ key: new Key(1, BigInt(i * step), 0, cap, 0n), value }),
    );
  assert((await channel.puta(every(400, large, 0n))).isOk());
  for (let cap = 1n; cap <= 3n; cap++) {
    assert((await channel.puta(every(1, small, cap))).isOk());
  }
  const { data } = await channel.get(Key.MIN.with({ cap: 1n }), Key.MAX);
  assertEquals(data.length, 6000);
});

Deno.test("acquisition times increase, also over a restart", async () => {
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "records.db");
  let last = INT64_MIN;
  for (let run = 0; run < 3; run++) {
    await using server = serveTStorage({ port: 0, path });
    await using channel = await connected(server, double);
    for (let i = 0; i < 3; i++) {
      const key = new Key(1, BigInt(run), i, 0n);
      const records = [{ key, value: 1 }, { key, value: 2 }];
      assert((await channel.put(records)).isOk());
      const { data, acq } = await channel.get(
        Key.MIN.with({ mid: BigInt(run), moid: i }),
        Key.MAX,
      );
      assertEquals(data.map(({ value }) => value), [1, 2]);
      for (const { key } of data) {
        assert(key.acq > last);
        last = key.acq;
      }
      assert(acq > last);
    }
  }
});

Deno.test("records stay in the file", async () => {
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "records.db");
  const record = { key: new Key(1, 2n, 3, 4n, 5n), value: 6 };
  {
    await using server = serveTStorage({ port: 0, path });
    await using channel = await connected(server, double);
    assert((await channel.puta([record])).isOk());
    assertThrows(
      () => serveTStorage({ port: 0, path }),
      Error,
      `Cannot open "${path}" as the SQLite file of a TStorage server`,
    );
  }
  await using server = serveTStorage({ port: 0, path });
  await using channel = await connected(server, double);
  assertEquals((await channel.get(Key.MIN, Key.MAX)).data, [record]);
});

Deno.test("a memory limit that is not one is refused", () => {
  for (const memoryLimit of [NaN, -1]) {
    assertThrows(
      () => serveTStorage({ port: 0, memoryLimit }),
      RangeError,
      `"memoryLimit" must be a non-negative number, found ${memoryLimit}`,
    );
  }
});

Deno.test("a hundred connections at once", async () => {
  await using server = serveTStorage({ port: 0 });
  await Promise.all(Array.from({ length: 100 }, async (_, i) => {
    await using channel = await connected(server, double);
    const mid = BigInt(i);
    const min = Key.MIN.with({ mid });
    const max = Key.MAX.with({ mid: mid + 1n });
    for (let k = 0; k < 5; k++) {
      const records = Array.from(
        { length: 50 },
        (_, moid) => ({ key: new Key(k, mid, moid, 1n), value: i }),
      );
      assert((await channel.put(records)).isOk());
      const { data } = await channel.get(min, max);
      assertEquals(data.length, 50 * (k + 1));
      assert(data.every(({ value }) => value === i));
    }
  }));
  await using channel = await connected(server, double);
  const { data } = await channel.get(Key.MIN, Key.MAX);
  assertEquals(data.length, 100 * 5 * 50);
});

Deno.test("a client that breaks off in a PUT leaves nothing and disturbs no other client", async () => {
  await using server = serveTStorage({ port: 0, memoryLimit: 100_000 });
  await using other = await connected(server, new BytesPayloadType());
  for (const size of [10, 30_000_000]) {
    const channel = await connected(server, new BytesPayloadType());
    const writer = channel.writable().getWriter();
    for (let sent = 0; sent < size; sent += 300_000) {
      const value = new Uint8Array(Math.min(size, 300_000));
      await writer.write({ key: new Key(1, 1n, 1, 1n), value });
    }
    assert((await other.get(Key.MIN, Key.MAX)).isOk());
    await writer.abort();
  }
  const { data } = await other.get(Key.MIN, Key.MAX);
  assertEquals(data, []);
});

Deno.test("a PUT larger than memoryLimit is stored whole", async () => {
  await using server = serveTStorage({ port: 0, memoryLimit: 1_000_000 });
  const type = new BytesPayloadType();
  await Promise.all([1, 2, 3].map(async (cid) => {
    await using channel = await connected(server, type);
    const writer = channel.writable().getWriter();
    for (let i = 0; i < 50; i++) {
      const value = new Uint8Array(100_000).fill(i);
      await writer.write({ key: new Key(cid, BigInt(i), 0, 0n), value });
    }
    await writer.close();
  }));
  await using channel = await connected(server, type);
  let count = 0;
  for await (const { key, value } of channel.records(Key.MIN, Key.MAX)) {
    const expected = new Uint8Array(100_000).fill(Number(key.mid));
    assert(equalBytes(value, expected));
    count++;
  }
  assertEquals(count, 150);
});

Deno.test("a GET sees each PUT whole or not at all", async () => {
  await using server = serveTStorage({ port: 0 });
  const type = new ColumnsPayloadType({ value: "f64" });
  await using writing = await connected(server, type);
  await using reading = await connected(server, type);
  const size = 70_000;
  let stop = false;
  const writer = (async () => {
    for (let cid = 0; cid < 4; cid++) {
      const sink = writing.writable().getWriter();
      await sink.write({
        cid: new Int32Array(size).fill(cid),
        mid: new BigInt64Array(size).map((_, i) => BigInt(i)),
        moid: new Int32Array(size),
        cap: new BigInt64Array(size),
        value: new Float64Array(size),
      });
      await sink.close();
    }
    stop = true;
  })();
  let partial = 0;
  while (!stop) {
    let count = 0;
    const stream = reading.batches(Key.MIN, Key.MAX);
    for await (const batch of stream) count += batch.length;
    assert((await stream.done).isOk());
    assertEquals(count % size, 0);
    if (count > 0 && count < 4 * size) partial++;
  }
  await writer;
  assert(partial > 0);
});

Deno.test("a slow reader is waited for, and others are served meanwhile", async () => {
  await using server = serveTStorage({ port: 0 });
  const type = new BytesPayloadType();
  await using slow = await connected(server, type);
  await using quick = await connected(server, type);
  const value = new Uint8Array(1_000_000);
  const records = Array.from(
    { length: 30 },
    (_, i) => ({ key: new Key(1, BigInt(i), 0, 0n), value }),
  );
  assert((await quick.put(records)).isOk());
  const reader = slow.records(Key.MIN, Key.MAX).getReader();
  await reader.read();
  assertEquals((await quick.get(Key.MIN, Key.MAX)).data.length, 30);
  let count = 1;
  while (!(await reader.read()).done) count++;
  assertEquals(count, 30);
});

Deno.test("closing the server ends its connections", async () => {
  const server = serveTStorage({ port: 0 });
  await using channel = await connected(server, double);
  assert((await channel.put([])).isOk());
  await Promise.all([server.close(), server.close()]);
  assert(!(await channel.put([])).isOk());
  assert(!(await channel.connect()).isOk());
});

Deno.test("TLS on both sides", async () => {
  const pem = (name: string) =>
    Deno.readTextFileSync(new URL(`tls/${name}.pem`, import.meta.url));
  const tls = { cert: pem("localhost"), key: pem("localhost_key") };
  await using server = serveTStorage({ port: 0, tls });
  const caCerts = [pem("ca")];
  const trusting = new Channel("localhost", server.port, double, {
    tls: { caCerts },
    timeout: 60_000,
  });
  assert((await trusting.connect()).isOk());
  const records = Array.from(
    { length: 10_000 },
    (_, i) => ({ key: new Key(1, BigInt(i), 0, 0n, 0n), value: i }),
  );
  assert((await trusting.puta(records)).isOk());
  assertEquals((await trusting.get(Key.MIN, Key.MAX)).data, records);
  await trusting.close();
  for (
    const [port, options] of [
      [server.port, { tls: true, timeout: 5000 }],
      [server.port, { timeout: 500 }],
    ] as const
  ) {
    const channel = new Channel("localhost", port, double, options);
    const usable = (await channel.connect()).isOk() &&
      (await channel.put([])).isOk();
    assert(!usable);
    await channel.close();
  }
});

async function connected<T, B>(
  { port }: TStorageServer,
  type: ConstructorParameters<typeof Channel<T, B>>[2],
): Promise<Channel<T, B>> {
  const channel = new Channel("127.0.0.1", port, type);
  assert((await channel.connect()).isOk());
  return channel;
}

function randomKey(random: () => number): Key {
  const int64 = () =>
    BigInt.asIntN(64, BigInt(Math.floor(random() * 2 ** 53)) << 11n);
  const int32 = () => Math.floor(random() * 2 ** 32) - 2 ** 31;
  return new Key(int32() >>> 8, int64(), int32(), int64(), int64());
}

function raised(
  key: Key,
  below: (n: number) => number,
): [number, bigint, number, bigint, bigint] {
  return [
    key.cid + below(4),
    key.mid + BigInt(below(4)),
    key.moid + below(4),
    key.cap + BigInt(below(4)),
    key.acq + BigInt(below(4)),
  ];
}

function inBox(key: Key, min: Key, max: Key): boolean {
  return (["cid", "mid", "moid", "cap", "acq"] as const).every((part) =>
    key[part] >= min[part] && key[part] < max[part]
  );
}

/** As assertEquals, in a thousandth of the time. */
function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
