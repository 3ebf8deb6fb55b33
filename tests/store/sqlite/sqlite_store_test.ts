import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { deadline, delay } from "@std/async";
import { fromFileUrl } from "@std/path";
import { SqliteStore, StoreError } from "../../../src/store/mod.ts";
import { doConcurrentOperations } from "../../../src/store/testing/concurrent_operations.ts";
import { testStore } from "../../../src/store/testing/mod.ts";
import { stdConfigArgs } from "../../../tools/std_config.ts";
import { temporaryPath } from "../../support/temporary_directory.ts";

testStore("sqlite", () => new SqliteStore(temporaryPath()).connect());
testStore("sqlite in memory", () => new SqliteStore(":memory:").connect());

const large = new Uint8Array(200_000).fill(1);

Deno.test("values are still there when the database is opened once more", async () => {
  const path = temporaryPath();
  for (const n of [0, 1]) {
    await using store = await new SqliteStore(path).connect();
    if (n === 0) await store.set("a", { data: large, metadata: { n } });
    assertEquals(await store.toBytes("a"), large);
    assertEquals((await store.info()).keys, 1);
  }
});

Deno.test("a database is made in a new directory, unless none is wanted", async () => {
  const directory = temporaryPath();
  const path = `${directory}/a/b/results.db`;
  const missing = new SqliteStore(path, { create: false });
  await assertRejects(() => missing.connect(), Deno.errors.NotFound);
  assertEquals(await exists(directory), false);
  await using store = await new SqliteStore(path).connect();
  await store.set("a", "text");
  assertEquals((await Deno.stat(path)).isFile, true);
});

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.test("no chunks are left of values that were replaced, deleted or never complete", async () => {
  const path = temporaryPath();
  const store = await new SqliteStore(path).connect();
  await store.fromBytes("a", large);
  await store.fromBytes("a", large.subarray(1));
  await store.fromBytes("b", large);
  await store.fromBytes("b", new Uint8Array(3));
  await store.fromBytes("c", large);
  await store.delete("c");
  const reader = (await store.getData("a")).getReader();
  await reader.read();
  await store.fromBytes("a", large);
  await reader.cancel();
  const failing = async function* () {
    yield large;
    await Promise.resolve();
    throw new Error("no");
  };
  await assertRejects(() => store.setData("a", failing()), Error, "no");
  await store.disconnect();
  const chunksOfOneValue = Math.ceil(large.length / 65_536);
  assertEquals(count(path, "chunk"), chunksOfOneValue);
  assertEquals(count(path, "upload"), 0);
});

Deno.test("no chunks are left of a value whose last reader leaves at any moment of a transaction that is rolled back", async () => {
  const path = temporaryPath();
  const store = await new SqliteStore(path).connect();
  for (let moment = 0; moment < 40; moment++) {
    await store.fromBytes("a", large);
    const reader = (await store.getData("a")).getReader();
    await reader.read();
    await store.fromBytes("a", new Uint8Array(3));
    const rolledBack = assertRejects(() =>
      store.transaction().run(async () => {
        for (let turn = 0; turn < 20; turn++) await Promise.resolve();
        throw new Error("no");
      })
    );
    for (let turn = 0; turn < moment; turn++) await Promise.resolve();
    await reader.cancel();
    await rolledBack;
  }
  await store.disconnect();
  assertEquals(count(path, "chunk"), 0);
});

Deno.test("a read sees what another connection of the process has written just before", async () => {
  const path = temporaryPath();
  await using one = await new SqliteStore(path).connect();
  await using other = await new SqliteStore(path).connect();
  for (let n = 0; n < 500; n++) {
    const [writer, reader] = n % 2 ? [one, other] : [other, one];
    assertEquals(await reader.exists(`${n}`), false);
    await writer.setMetadata(`${n}`, { n });
    assertEquals(await reader.getMetadata(`${n}`), { n });
    await writer.transaction().run(async () => {
      await reader.getMetadata(`${n}`);
      await writer.delete(`${n}`);
      await reader.getMetadata(`${n}`);
    });
    assertEquals(await reader.exists(`${n}`), false);
  }
});

Deno.test("reads that follow each other without a pause see what another process writes", async () => {
  const path = temporaryPath();
  await using store = await new SqliteStore(path).connect();
  const config = await stdConfigArgs();
  const writer = fromFileUrl(import.meta.resolve("../_writer.ts"));
  const args = ["run", "-A", "--no-check", ...config, writer];
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args, `sqlite:${path}`, "0"],
    stdout: "null",
  });
  await using process = command.spawn();
  const deadline = performance.now() + 60_000;
  for (let n = 0; n < 3;) {
    assert(performance.now() < deadline, "the writer is never seen");
    if (await store.exists("key")) {
      n = Number((await store.getMetadata("key")).n);
    }
  }
  process.kill();
});

Deno.test("many operations at the same time leave no chunks behind", async () => {
  const [seed] = crypto.getRandomValues(new Uint32Array(1));
  console.log(`seed ${seed}`);
  const path = temporaryPath();
  const store = await new SqliteStore(path).connect();
  await doConcurrentOperations(store, seed, 500);
  await store.disconnect();
  using database = new DatabaseSync(path);
  const orphans = database.prepare(`
    SELECT DISTINCT upload FROM chunk
    WHERE upload NOT IN (SELECT upload FROM value WHERE upload IS NOT NULL)`);
  assertEquals(orphans.all(), []);
  assertEquals(count(path, "upload"), 0);
});

Deno.test("connecting removes the old chunks of killed processes, and keeps those being written", async () => {
  const path = temporaryPath();
  await (await new SqliteStore(path).connect()).disconnect();
  const old = Date.now() - 2 * 3_600_000;
  using database = new DatabaseSync(path);
  database.exec(`
    INSERT INTO upload VALUES (1, ${old}), (2, ${Date.now()});
    INSERT INTO chunk VALUES (1, 0, x'00'), (2, 0, x'00'), (3, 0, x'00')`);
  await using _store = await new SqliteStore(path).connect();
  const left = database.prepare("SELECT upload FROM chunk").all();
  assertEquals(left.map(({ upload }) => upload), [2]);
});

Deno.test("a write waits for another connection's transaction without blocking the event loop", async () => {
  const path = temporaryPath();
  await using one = await new SqliteStore(path).connect();
  await using two = await new SqliteStore(path).connect();
  let written = false;
  let waiting: Promise<void> = Promise.resolve();
  await one.transaction().run(async () => {
    await one.fromBytes("a", new Uint8Array(1));
    waiting = two.fromBytes("a", large).then(() => void (written = true));
    await delay(150);
    assertEquals(written, false);
    assertEquals(await two.exists("a"), false);
  });
  await waiting;
  assertEquals(await one.toBytes("a"), large);
});

Deno.test("connecting waits for a connection with an exclusive lock", async () => {
  const path = temporaryPath();
  await (await new SqliteStore(path).connect()).disconnect();
  const other = new DatabaseSync(path);
  other.exec("PRAGMA locking_mode = EXCLUSIVE");
  other.exec("BEGIN EXCLUSIVE");
  const connected = new SqliteStore(path).connect();
  await delay(50);
  other.close();
  await using store = await connected;
  assertEquals((await store.info()).keys, 0);
});

Deno.test("info of a store that is not connected rejects", async () => {
  const store = new SqliteStore(":memory:");
  const error = await assertRejects(() => store.info(), StoreError);
  assertEquals(error.code, "NOT_CONNECTED");
});

Deno.test("an empty database becomes a store, unless its texts are UTF-16", async () => {
  for (const encoding of ["UTF-8", "UTF-16"]) {
    const path = temporaryPath();
    using database = new DatabaseSync(path);
    database.exec(`PRAGMA encoding = '${encoding}'`);
    database.exec("CREATE TABLE old (a); DROP TABLE old");
    const connected = new SqliteStore(path).connect();
    if (encoding === "UTF-16") {
      await assertRejects(() => connected, StoreError, path);
      continue;
    }
    await using store = await connected;
    await store.setMetadata("\u{1f600}\0é", {});
    const keys = await Array.fromAsync(store.queryKeys());
    assertEquals(keys, ["\u{1f600}\0é"]);
  }
});

Deno.test("a database of another program is left alone", async () => {
  const path = temporaryPath();
  using database = new DatabaseSync(path);
  database.exec("CREATE TABLE value (mine)");
  const store = new SqliteStore(path);
  const error = await assertRejects(() => store.connect(), StoreError, path);
  assertEquals(error.code, "DAMAGED");
  assertEquals(
    database.prepare("SELECT name FROM sqlite_schema").all().length,
    1,
  );
});

Deno.test("the error of a file that is no database has its path", async () => {
  const path = temporaryPath();
  await Deno.writeTextFile(path, "no database at all\n".repeat(100));
  const store = new SqliteStore(path);
  const error = await assertRejects(() => store.connect(), StoreError, path);
  assertEquals(error.code, "DAMAGED");
});

Deno.test("a durable store behaves like any other", async () => {
  const path = temporaryPath();
  await using store = await new SqliteStore(path, { durable: true }).connect();
  await store.fromBytes("a", large);
  assertEquals(await store.toBytes("a"), large);
});

Deno.test("a call that waits for another connection gives up at once when it is aborted", async () => {
  const path = temporaryPath();
  await using store = await new SqliteStore(path).connect();
  await store.setMetadata("a", { n: 1 });
  await using other = await new SqliteStore(path).connect();
  const half = Promise.withResolvers<void>();
  const rest = Promise.withResolvers<void>();
  const source = async function* () {
    yield large;
    half.resolve();
    await rest.promise;
    yield large;
  };
  const calls: ((options: { signal: AbortSignal }) => Promise<unknown>)[] = [
    (options) => store.setData("a", source(), options),
    (options) => store.setMetadata("a", {}, options),
    (options) => store.fromBytes("a", large, options),
    (options) => store.delete("a", options),
    (options) => store.transaction().run(() => {}, options),
    (options) => store.transaction().enter(options),
  ];
  const abort = new AbortController();
  const [first, ...others] = calls;
  const halfDone = first(abort);
  await half.promise;
  await using _transaction = await other.transaction("long").enter();
  rest.resolve();
  const waiting = [halfDone, ...others.map((call) => call(abort))];
  await delay(10);
  abort.abort(new Error("enough"));
  const ends = await deadline(Promise.allSettled(waiting), 5000);
  for (const end of ends) {
    assertEquals(end.status === "rejected" && end.reason.message, "enough");
  }
  assertEquals(await store.getMetadata("a"), { n: 1 });
});

function count(path: string, table: string): unknown {
  using database = new DatabaseSync(path);
  return database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n;
}
