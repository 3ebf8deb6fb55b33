import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  BytesPayloadType,
  Channel,
  Key,
  ResponseStatus,
  serveTStorage,
} from "../../../src/tstorage/mod.ts";
import { Disk } from "../../support/disk.ts";
import { ByteConnection } from "../byte_connection.ts";
import { ERROR_HEADER, hex } from "../wire_bytes.ts";

const MIB = 2 ** 20;

Deno.test("a PUT that does not fit is refused, and its space is freed", async () => {
  using disk = Disk.mount("64m");
  if (!disk) return;
  using errors = new Errors();
  // In memory until it has come in whole, and in the file.
  for (const memoryLimit of [256 * MIB, 4 * MIB]) {
    const path = `${disk.path}/${memoryLimit}.db`;
    await using server = serveTStorage({ port: 0, path, memoryLimit });
    await using channel = await connected(server.port);
    await put(channel, { cid: 1, count: 100, size: 8 });
    const before = await cids(channel);
    const freeBefore = disk.free;

    using client = await RawClient.connect(server.port);
    await client.put({ cid: 2, count: 4, size: 25 * MIB });
    assertEquals(await client.read(12), hex(ERROR_HEADER));
    assertEquals(await client.read(1), new Uint8Array());
    assertStringIncludes(errors.take(), "database or disk is full");
    assertEquals(await cids(channel), before);

    // It waits for what is done about the other one.
    await put(channel, { cid: 3, count: 100, size: 8 });
    const gone = freeBefore - disk.free;
    assert(gone < MIB, `${gone} bytes are gone`);
    // As much as the other one, if less at once.
    for (let i = 0; i < 10; i++) {
      await put(channel, { cid: 4 + i, count: 1000, size: 1000 });
    }
    assertEquals((await cids(channel)).length, 200 + 10_000);
    await server.close();
    Deno.removeSync(path);
  }
});

Deno.test("clients are served while the disk is full, and PUTs are stored again when there is space", async () => {
  using disk = Disk.mount("48m");
  if (!disk) return;
  using errors = new Errors();
  const path = `${disk.path}/records.db`;
  {
    await using server = serveTStorage({ port: 0, path });
    await using reader = await connected(server.port);
    await put(reader, { cid: 1, count: 1000, size: 100 });
    disk.fill();
    for (const [count, size] of [[1, 10 * MIB], [30_000, 100]]) {
      await using channel = await connected(server.port);
      const response = await channel.put(records({ cid: 2, count, size }));
      assertEquals(response.status, ResponseStatus.ERROR);
      assertStringIncludes(errors.take(), "database or disk is full");
      assertEquals((await cids(reader)).length, 1000);
      assert((await reader.getAcq(Key.MIN, Key.MAX)).isOk());
    }
    disk.makeRoom();
    await using channel = await connected(server.port);
    await put(channel, { cid: 3, count: 1, size: 10 * MIB });
    await put(reader, { cid: 4, count: 1000, size: 100 });
    assertEquals((await cids(reader)).length, 2001);
  }
  await using server = serveTStorage({ port: 0, path });
  await using channel = await connected(server.port);
  assertEquals((await cids(channel)).length, 2001);
});

Deno.test("the space of a PUT that does not fit is freed, though all else is in the log", async () => {
  using disk = Disk.mount("6m");
  if (!disk) return;
  using errors = new Errors();
  const path = `${disk.path}/records.db`;
  {
    await using server = serveTStorage({ port: 0, path });
    await using channel = await connected(server.port);
    await put(channel, { cid: 1, count: 1, size: 8 });
    const freeBefore = disk.free;
    await using other = await connected(server.port);
    const tooMuch = records({ cid: 2, count: 8000, size: 1000 });
    assertEquals((await other.put(tooMuch)).status, ResponseStatus.ERROR);
    assertStringIncludes(errors.take(), "database or disk is full");
    await put(channel, { cid: 3, count: 1, size: 8 });
    const gone = freeBefore - disk.free;
    assert(gone < MIB / 4, `${gone} bytes are gone`);
    await put(channel, { cid: 4, count: 100, size: 1000 });
    assertEquals((await cids(channel)).length, 102);
  }
  await using server = serveTStorage({ port: 0, path });
  await using channel = await connected(server.port);
  assertEquals((await cids(channel)).length, 102);
});

Deno.test("a PUT under way is stored even if another one does not fit", async () => {
  using disk = Disk.mount("64m");
  if (!disk) return;
  using errors = new Errors();
  for (const memoryLimit of [256 * MIB, 1 * MIB]) {
    const path = `${disk.path}/${memoryLimit}.db`;
    await using server = serveTStorage({ port: 0, path, memoryLimit });
    await using patient = await connected(server.port);
    const writer = patient.writable().getWriter();
    const all = records({ cid: 1, count: 60, size: 100_000 });
    for (const record of all.slice(0, 30)) await writer.write(record);

    await using greedy = await connected(server.port);
    const tooMuch = records({ cid: 2, count: 3, size: 30 * MIB });
    assertEquals((await greedy.put(tooMuch)).status, ResponseStatus.ERROR);
    assertStringIncludes(errors.take(), "database or disk is full");

    for (const record of all.slice(30)) await writer.write(record);
    await writer.close();
    assertEquals(await cids(patient), Array(60).fill(1));
    await server.close();
    Deno.removeSync(path);
  }
});

Deno.test("if not all replacements fit, the last one that was accepted is there", async () => {
  using disk = Disk.mount("40m");
  if (!disk) return;
  using errors = new Errors();
  const path = `${disk.path}/records.db`;
  const ballast = `${disk.path}/ballast`;
  Deno.writeFileSync(ballast, new Uint8Array(24 * MIB));
  const version = (fill: number) =>
    Array.from({ length: 20_000 }, (_, i) => ({
      key: new Key(1, BigInt(i), 0, 0n, 0n),
      value: new Uint8Array(200).fill(fill),
    }));
  let last = 0;
  let refused = 0;
  for (let fill = 1; fill <= 8; fill += 2) {
    // Each server finds replacements that the one before has not compacted.
    await using server = serveTStorage({ port: 0, path });
    for (const next of [fill, fill + 1]) {
      if (next === 8) Deno.removeSync(ballast);
      await using channel = await connected(server.port);
      if ((await channel.puta(version(next))).isOk()) last = next;
      else if (errors.take().includes("disk is full")) refused++;
      await using reader = await connected(server.port);
      const { data } = await reader.get(Key.MIN, Key.MAX);
      const fills = new Set(data.map(({ value }) => value[0]));
      assertEquals([data.length, ...fills], [20_000, last]);
    }
  }
  assertEquals(last, 8);
  assert(refused > 0, "all of it did fit");
});

Deno.test("the last PUT that fits is there after the next start", async () => {
  using disk = Disk.mount("64m");
  if (!disk) return;
  using errors = new Errors();
  const path = `${disk.path}/records.db`;
  let stored = 0;
  {
    await using server = serveTStorage({ port: 0, path });
    for (;;) {
      await using channel = await connected(server.port);
      const next = records({ cid: stored, count: 7, size: MIB });
      if (!(await channel.put(next)).isOk()) break;
      stored++;
    }
    assertStringIncludes(errors.take(), "database or disk is full");
  }
  // Nothing can be written: neither the end of the last one, nor a new start.
  disk.fill();
  await using server = serveTStorage({ port: 0, path });
  await using channel = await connected(server.port);
  const expected = Array.from({ length: 7 * stored }, (_, i) => i / 7 | 0);
  assertEquals(await cids(channel), expected);
  assert(stored > 3, `${stored} stored`);
});

Deno.test("a server without space for its file reports it", () => {
  using disk = Disk.mount("1m");
  if (!disk) return;
  const path = `${disk.path}/records.db`;
  disk.fill();
  assertThrows(
    () => serveTStorage({ port: 0, path }),
    Error,
    `Cannot open "${path}" as the SQLite file of a TStorage server: ` +
      "database or disk is full",
  );
});

Deno.test("a server that could not start can start when there is space", async () => {
  using disk = Disk.mount("1m");
  if (!disk) return;
  const path = `${disk.path}/records.db`;
  disk.fill();
  assertThrows(() => serveTStorage({ port: 0, path }));
  disk.makeRoom();
  await using server = serveTStorage({ port: 0, path });
  await using channel = await connected(server.port);
  await put(channel, { cid: 1, count: 10, size: 10 });
  assertEquals((await cids(channel)).length, 10);
});

interface Plan {
  readonly cid: number;
  readonly count: number;
  readonly size: number;
}

function records({ cid, count, size }: Plan) {
  return Array.from({ length: count }, (_, i) => ({
    key: new Key(cid, BigInt(i), 0, 0n),
    value: new Uint8Array(size).fill(cid),
  }));
}

async function connected(port: number) {
  const channel = new Channel("127.0.0.1", port, new BytesPayloadType());
  assert((await channel.connect()).isOk());
  return channel;
}

type Bytes = Awaited<ReturnType<typeof connected>>;

async function put(channel: Bytes, plan: Plan): Promise<void> {
  assertEquals((await channel.put(records(plan))).status, ResponseStatus.OK);
}

/** The cid of every record, each of which is as {@linkcode records} made it. */
async function cids(channel: Bytes): Promise<number[]> {
  const { status, data } = await channel.get(Key.MIN, Key.MAX);
  assertEquals(status, ResponseStatus.OK);
  return data.map(({ key, value }) => {
    assert(value.every((byte) => byte === key.cid));
    return key.cid;
  });
}

class RawClient extends ByteConnection implements Disposable {
  static async connect(port: number): Promise<RawClient> {
    return new RawClient(await Deno.connect({ port }));
  }

  async put({ cid, count, size }: Plan): Promise<void> {
    await this.write(hex("05000000 0000000000000000"));
    for (let i = 0; i < count; i++) {
      const head = new DataView(new ArrayBuffer(32));
      head.setInt32(0, cid, true);
      head.setInt32(4, 24 + size, true);
      head.setInt32(8, 20 + size, true);
      head.setInt32(12, i, true);
      await this.write(new Uint8Array(head.buffer));
      await this.write(new Uint8Array(size));
    }
    await this.write(hex("ffffffff"));
  }

  [Symbol.dispose](): void {
    this.conn.close();
  }
}

/** The lines that are written with `console.error`. */
class Errors implements Disposable {
  readonly #error = console.error;
  #said = "";

  constructor() {
    console.error = (...args) =>
      this.#said += `${args.map(String).join(" ")}\n`;
  }

  take(): string {
    const said = this.#said;
    this.#said = "";
    return said;
  }

  [Symbol.dispose](): void {
    console.error = this.#error;
    if (this.#said) console.error(this.#said);
  }
}
