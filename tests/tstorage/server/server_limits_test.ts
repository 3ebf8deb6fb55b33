import { DatabaseSync } from "node:sqlite";
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
  serveTStorage,
  TStorageError,
} from "../../../src/tstorage/mod.ts";
import { temporaryPath } from "../../support/temporary_directory.ts";
import { makePipe, Surroundings } from "../../support/surroundings.ts";
import { ByteConnection } from "../byte_connection.ts";

const ignore = Deno.build.os === "windows";
const MIB = 2 ** 20;
const type = new BytesPayloadType();
const record = { key: new Key(1, 1n, 1, 1n), value: new Uint8Array(10) };

/** Keeps what is written to standard error from the output of the tests. */
class Errors implements Disposable {
  readonly #error = console.error;
  text = "";

  constructor() {
    console.error = (...args) => void (this.text += `${args.join(" ")}\n`);
  }

  [Symbol.dispose](): void {
    console.error = this.#error;
  }
}

Deno.test("a connection beyond the most is refused with an error, and served once another has ended", async () => {
  using errors = new Errors();
  await using server = serveTStorage({ port: 0, maxConnections: 3 });
  const connect = async () => {
    const channel = new Channel("127.0.0.1", server.port, type);
    assert((await channel.connect()).isOk());
    return channel;
  };
  const channels = [await connect(), await connect(), await connect()];
  for (const channel of channels) assert((await channel.put([record])).isOk());
  for (let n = 0; n < 5; n++) {
    await using refused = await connect();
    const { status } = await refused.put([record]);
    assert(status !== 0);
  }
  const conn = await Deno.connect({ port: server.port });
  const bytes = await new ByteConnection(conn).read(100);
  assertEquals(new DataView(bytes.buffer).getInt32(0, true), -1);
  conn.close();
  // Once for all of them.
  assertEquals(errors.text.match(/raise "maxConnections"/g)?.length, 1);
  for (const channel of channels) assert((await channel.put([record])).isOk());
  await channels[0].close();
  for (let attempt = 0;; attempt++) {
    await using served = await connect();
    if ((await served.put([record])).isOk()) break;
    assert(attempt < 100, "the place of a closed connection is not free");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await channels[1].close();
  await channels[2].close();
});

Deno.test("a number of connections that is not one is refused", () => {
  for (const maxConnections of [0, -1, 1.5]) {
    assertThrows(
      () => serveTStorage({ port: 0, maxConnections }),
      RangeError,
      '"maxConnections" must be',
    );
  }
});

Deno.test("records that are being received count as memory: too many are refused, small ones are not", async () => {
  using errors = new Errors();
  const memoryLimit = 16 * MIB;
  await using server = serveTStorage({ port: 0, memoryLimit });
  const before = Deno.memoryUsage();
  const held: Deno.TcpConn[] = [];
  let refused = 0;
  for (let n = 0; n < 20; n++) {
    const conn = await Deno.connect({ port: server.port });
    held.push(conn);
    // A PUT with a record of 8 MiB, of which the last byte never comes.
    const bytes = new Uint8Array(12 + 8 + 8 * MIB);
    const view = new DataView(bytes.buffer);
    view.setInt32(0, 5, true);
    view.setInt32(12, 1, true);
    view.setInt32(16, 8 * MIB + 100, true);
    view.setInt32(20, 8 * MIB, true);
    try {
      await new ByteConnection(conn).write(bytes);
    } catch {
      refused++;
    }
  }
  const deadline = performance.now() + 20_000;
  while (!errors.text.includes("memoryLimit") || refused < 10) {
    assert(performance.now() < deadline, `only ${refused} were refused`);
    refused = errors.text.match(/does not fit into "memoryLimit"/g)?.length ??
      0;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { external } = Deno.memoryUsage();
  const grown = Math.round((external - before.external) / MIB);
  assert(grown < 150, `${grown} MiB are held`);
  await using channel = new Channel("127.0.0.1", server.port, type);
  await channel.connect();
  assert((await channel.put([record])).isOk());
  const many = Array.from({ length: 1000 }, (_, n) => ({
    key: new Key(1, BigInt(n), 1, 1n),
    value: new Uint8Array(20_000).fill(n),
  }));
  assert((await channel.put(many)).isOk());
  const { data } = await channel.get(Key.MIN, Key.MAX);
  assertEquals(data.length, 1001);
  for (const { key, value } of data.slice(1)) {
    if (value.length > 10) assertEquals(value[0], Number(key.mid) % 256);
  }
  for (const conn of held) conn.close();
});

Deno.test("a database that no server has made is refused, and left as it is", async () => {
  const own = temporaryPath();
  {
    await using server = serveTStorage({ port: 0, path: own });
    await using channel = new Channel("127.0.0.1", server.port, type);
    await channel.connect();
    assert((await channel.put([record])).isOk());
  }
  const strange = [
    "CREATE TRIGGER t AFTER INSERT ON blocks BEGIN DELETE FROM state; END",
    "CREATE VIEW v AS SELECT 1",
    "CREATE TABLE more (x)",
    "DROP TRIGGER drop_block; CREATE TRIGGER drop_block AFTER DELETE ON ranges BEGIN DELETE FROM large; END",
    "ALTER TABLE blocks ADD COLUMN more",
    "PRAGMA application_id = 7",
    "UPDATE state SET last_put = 'no number'",
    "UPDATE state SET last_acq = NULL",
  ];
  for (const sql of strange) {
    const path = temporaryPath();
    Deno.copyFileSync(own, path);
    const before = change(path, sql);
    const error = assertThrows(
      () => serveTStorage({ port: 0, path }),
      TStorageError,
      `Cannot open "${path}"`,
    );
    assertEquals(error.code, "CANNOT_OPEN");
    assertEquals(Deno.readFileSync(path), before, sql);
  }
  const other = temporaryPath();
  const before = change(other, "CREATE TABLE theirs (x)");
  assertThrows(() => serveTStorage({ port: 0, path: other }), TStorageError);
  assertEquals(Deno.readFileSync(other), before);
  await using _server = serveTStorage({ port: 0, path: own });
});

Deno.test({
  name: "a link or a pipe at the name of any file of the database is refused",
  ignore,
  fn() {
    for (const suffix of ["", "-journal", "-wal", "-shm"]) {
      for (const target of ["secret.txt", "home/empty", "home/new", "pipe"]) {
        using around = new Surroundings();
        const path = `${around.inside}/records.db`;
        if (target === "pipe") makePipe(path + suffix);
        else Deno.symlinkSync(`../${target}`, path + suffix);
        const { message } = assertThrows(
          () => serveTStorage({ port: 0, path }),
          TStorageError,
        );
        const found = target === "pipe" ? "a named pipe" : "a link";
        assertStringIncludes(message, `found ${found}`);
        around.assertUntouched();
      }
    }
  },
});

/** Changes a database as others may, and returns its bytes. */
function change(path: string, sql: string): Uint8Array {
  {
    using database = new DatabaseSync(path);
    database.exec(sql);
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  return Deno.readFileSync(path);
}
