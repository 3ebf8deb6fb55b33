import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { SqliteStore, StoreError } from "../../../src/store/mod.ts";
import { seededRandom } from "../../support/seeded_random.ts";
import { temporaryPath } from "../../support/temporary_directory.ts";
import { inTime, makePipe, Surroundings } from "../../support/surroundings.ts";

const ignore = Deno.build.os === "windows";
const large = new Uint8Array(100_000).fill(1);
const small = new TextEncoder().encode("small");

/** Changes of the schema, each of which makes a database that of others. */
const SCHEMAS: readonly string[] = [
  "CREATE TRIGGER t AFTER UPDATE ON value BEGIN DELETE FROM value; END",
  "CREATE TEMP TABLE x (y); CREATE TABLE x (y)",
  "CREATE VIEW v AS SELECT * FROM value",
  "CREATE INDEX i ON value (size)",
  "DROP INDEX value_upload",
  "DROP TABLE upload",
  "ALTER TABLE value ADD COLUMN more TEXT",
  "ALTER TABLE chunk RENAME COLUMN bytes TO data",
  "DROP TABLE upload; CREATE VIEW upload AS SELECT 1 AS id, 2 AS touched",
  `DROP TABLE upload;
   CREATE TABLE upload (id INTEGER PRIMARY KEY, touched INTEGER NOT NULL,
     more INTEGER AS (abs(touched))) STRICT`,
  `DROP TABLE upload;
   CREATE TABLE upload (id INTEGER PRIMARY KEY, touched INTEGER NOT NULL
     CHECK (touched > 0)) STRICT`,
  "DROP TABLE upload; CREATE VIRTUAL TABLE upload USING fts5(id, touched)",
  "PRAGMA application_id = 7",
  "PRAGMA application_id = 0",
];

for (const [n, sql] of SCHEMAS.entries()) {
  Deno.test(`a database with another schema is refused, and left as it is (${n})`, async () => {
    const path = await databaseWith("a");
    change(path, sql);
    const before = Deno.readFileSync(path);
    const error = await assertRejects(
      () => new SqliteStore(path).connect(),
      StoreError,
      `Cannot open "${path}"`,
    );
    assertEquals(error.code, "DAMAGED");
    assertEquals(Deno.readFileSync(path), before);
  });
}

Deno.test("a database of another program is refused even when it is empty, and statistics are no reason", async () => {
  const path = temporaryPath();
  change(path, "PRAGMA application_id = 7");
  const connect = () => new SqliteStore(path).connect();
  await assertRejects(connect, StoreError, "a database of another program");
  const other = await databaseWith("a");
  change(other, "ANALYZE");
  await using store = await new SqliteStore(other).connect();
  assertEquals(await store.toBytes("a"), small);
});

Deno.test("a path that looks like a URI is a path", async () => {
  using around = new Surroundings();
  const name = `file:${crypto.randomUUID()}?mode=memory`;
  const directory = Deno.cwd();
  Deno.chdir(around.inside);
  try {
    await (await new SqliteStore(name).connect()).disconnect();
    assert(Deno.statSync(name).isFile);
  } finally {
    Deno.chdir(directory);
  }
});

/** Changes of the row of the key "a". */
const ROWS: readonly string[] = [
  "metadata = 'no JSON'",
  "metadata = '[]'",
  "metadata = '7'",
  `metadata = '${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}'`,
  "size = -1",
  "size = 6",
  "size = 9007199254740993",
  "created = 9007199254740993",
  "modified = 8640000000000001",
  "bytes = NULL",
  "bytes = NULL, upload = 9007199254740993",
];

for (const [n, row] of ROWS.entries()) {
  Deno.test(`of a row that no store has written only its key is refused (${n})`, async () => {
    const path = await databaseWith("a", "b");
    change(path, `UPDATE value SET ${row} WHERE key = CAST('a' AS BLOB)`);
    await using store = await new SqliteStore(path).connect();
    const error = await assertRejects(
      () => store.toBytes("a"),
      StoreError,
      'Cannot read the key "a"',
    );
    assertEquals(error.code, "DAMAGED");
    assertEquals(await store.toBytes("b"), small);
    const keys = await keysOf(store);
    const { damaged } = await store.info();
    // A listing reads keys and metadata only.
    assertEquals(keys.includes("a"), damaged === 0);
    assertEquals(damaged, row.startsWith("metadata") ? 1 : 0);
    assert(keys.includes("b"));
    await store.delete("a");
    assertEquals(await keysOf(store), ["b"]);
    await store.fromBytes("a", large);
    assertEquals(await store.toBytes("a"), large);
  });
}

Deno.test("keys that are no text and ids of any size do not keep the others from being listed", async () => {
  const path = await databaseWith("a");
  const columns = "metadata, size, created, modified, bytes";
  change(
    path,
    `INSERT INTO value (id, key, ${columns}) VALUES
       (-5, x'62', '{}', 0, 0, 0, x''),
       (9223372036854775807, x'63', '{}', 0, 0, 0, x''),
       (-9223372036854775808, x'64', '{}', 0, 0, 0, x''),
       (77, x'ff', '{}', 0, 0, 0, x'')`,
  );
  await using store = await new SqliteStore(path).connect();
  assertEquals(await keysOf(store), ["a", "b", "c", "d"]);
  assertEquals((await store.info()).damaged, 1);
  await store.fromBytes("e", small);
  assertEquals(await keysOf(store), ["a", "b", "c", "d", "e"]);
});

const CHUNKS: readonly string[] = [
  "UPDATE chunk SET bytes = x'' WHERE number = 0",
  "UPDATE chunk SET bytes = zeroblob(65537) WHERE number = 0",
  "UPDATE chunk SET bytes = x'00' WHERE number = 1",
  "DELETE FROM chunk WHERE number = 1",
  "DELETE FROM chunk",
  "UPDATE value SET size = 4503599627370496",
];

for (const [n, sql] of CHUNKS.entries()) {
  Deno.test(`chunks of another size than the value are refused (${n})`, async () => {
    const path = temporaryPath();
    const store = await new SqliteStore(path).connect();
    await store.fromBytes("a", large);
    await store.disconnect();
    change(path, sql);
    await using again = await new SqliteStore(path).connect();
    const error = await inTime(
      assertRejects(() => again.toBytes("a"), StoreError, 'the key "a"'),
      "reading",
    );
    assertEquals(error.code, "DAMAGED");
    const value = await again.get("a");
    await inTime(
      assertRejects(() => Array.fromAsync(value.iterdata()), StoreError),
      "streaming",
    );
    await again.delete("a");
  });
}

Deno.test({
  name: "a link or a pipe at the name of any file of a database is refused",
  ignore,
  async fn() {
    for (const suffix of ["", "-journal", "-wal", "-shm"]) {
      for (const target of ["secret.txt", "home/empty", "home/new", "pipe"]) {
        using around = new Surroundings();
        const path = `${around.inside}/store.db`;
        if (suffix !== "") {
          await (await new SqliteStore(path).connect()).disconnect();
        }
        if (target === "pipe") makePipe(path + suffix);
        else Deno.symlinkSync(`../${target}`, path + suffix);
        const connecting = assertRejects(
          () => new SqliteStore(path).connect(),
          StoreError,
          target === "pipe" ? "found a named pipe" : "found a link",
        );
        assertEquals((await inTime(connecting, "connecting")).code, "DAMAGED");
        around.assertUntouched();
      }
    }
  },
});

Deno.test({
  name: "a journal that names another file removes nothing",
  ignore,
  async fn() {
    using around = new Surroundings();
    const path = `${around.inside}/store.db`;
    // What a process leaves that is killed while it writes.
    {
      const original = temporaryPath();
      using database = new DatabaseSync(original);
      database.exec("CREATE TABLE t (x)");
      const insert = database.prepare("INSERT INTO t VALUES (zeroblob(500))");
      for (let n = 0; n < 100; n++) insert.run();
      database.exec("PRAGMA cache_size = 5; BEGIN; UPDATE t SET x = 1");
      Deno.copyFileSync(original, path);
      Deno.copyFileSync(`${original}-journal`, `${path}-journal`);
      database.exec("ROLLBACK");
    }
    const magic = Uint8Array.fromHex("d9d505f920a163d7");
    const name = new TextEncoder().encode(`${around.home}/profile`);
    const end = new Uint8Array(name.length + 16);
    const view = new DataView(end.buffer);
    end.set(name);
    view.setUint32(name.length, name.length);
    view.setUint32(name.length + 4, name.reduce((sum, byte) => sum + byte, 0));
    end.set(magic, name.length + 8);
    const journal = `${path}-journal`;
    Deno.writeFileSync(journal, end, { append: true });
    {
      using file = Deno.openSync(journal, { write: true });
      file.writeSync(magic);
      file.writeSync(new Uint8Array(4).fill(255));
    }
    await assertRejects(() => new SqliteStore(path).connect(), StoreError);
    around.assertUntouched();
  },
});

Deno.test("whatever is in a database, opening, reading and writing end with errors of the store alone", async () => {
  const { below, pick } = seededRandom();
  const rounds = Number(Deno.env.get("SLUICE_FUZZ") ?? 1) * 60;
  using around = new Surroundings();
  const original = `${around.inside}/original.db`;
  {
    await using store = await new SqliteStore(original).connect();
    for (const key of ["a", "b", "c"]) await store.fromBytes(key, large);
    for (const key of ["d", "e", "f"]) await store.fromBytes(key, small);
  }
  const value = () =>
    pick([
      ...["NULL", "0", "-1", "9223372036854775807", "-9223372036854775808"],
      ...["9007199254740993", "''", "'{}'", "'[1'", "x''", "x'ff00'", "1.5"],
      ...["zeroblob(65536)", "zeroblob(100000)", "'a'", "x'61'", "123456"],
    ]);
  const column = () =>
    pick([
      ...["key", "metadata", "size", "created", "modified", "bytes"],
      ...["upload", "id"],
    ]);
  const statement = () =>
    pick([
      () =>
        `UPDATE OR REPLACE value SET ${column()} = ${value()} WHERE id = ${
          1 + below(6)
        }`,
      () => `UPDATE OR REPLACE value SET ${column()} = ${value()}`,
      () =>
        `UPDATE OR REPLACE chunk SET bytes = ${value()} WHERE number = ${
          below(2)
        }`,
      () => `UPDATE OR REPLACE chunk SET number = ${value()}`,
      () => `UPDATE OR REPLACE chunk SET upload = ${value()}`,
      () => `INSERT INTO upload VALUES (${value()}, ${value()})`,
      () => `DELETE FROM ${pick(["value", "chunk", "upload"])} WHERE rowid % 2`,
      () => pick(SCHEMAS),
    ])();
  for (let round = 0; round < rounds; round++) {
    const path = `${around.inside}/${round}.db`;
    Deno.copyFileSync(original, path);
    for (let n = below(5); n > 0; n--) {
      try {
        change(path, statement());
      } catch {
        // The types of the columns are strict.
      }
    }
    if (below(3) === 0) {
      const bytes = Deno.readFileSync(path);
      for (let n = 1 + below(20); n > 0; n--) {
        bytes[below(below(2) ? 8192 : bytes.length)] = below(256);
      }
      Deno.writeFileSync(
        path,
        bytes.subarray(0, below(4) ? undefined : below(bytes.length)),
      );
    }
    await tryEverything(new SqliteStore(path));
    around.assertUntouched(`round ${round}`);
  }
});

async function tryEverything(store: SqliteStore): Promise<void> {
  const calls: (() => Promise<unknown>)[] = [
    () => store.connect(),
    () => keysOf(store),
    ...["a", "b", "d", "e", "n"].flatMap((key) => [
      () => store.toBytes(key),
      async () => Array.fromAsync((await store.get(key)).range(70_000, 80_000)),
      () => store.updateMetadata(key, { n: 1 }),
      () => store.fromBytes(key, large),
      () => store.delete(key),
      () => store.fromBytes(key, small),
    ]),
    () => store.info(),
    () => store.disconnect(),
  ];
  for (const call of calls) {
    try {
      await inTime(call(), String(call));
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }
}

async function databaseWith(...keys: string[]): Promise<string> {
  const path = temporaryPath();
  await using store = await new SqliteStore(path).connect();
  for (const key of keys) await store.fromBytes(key, small);
  return path;
}

/** Changes a database as others may. */
function change(path: string, sql: string): void {
  using database = new DatabaseSync(path);
  database.exec(sql);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}

async function keysOf(store: SqliteStore): Promise<string[]> {
  return (await Array.fromAsync(store.queryKeys())).sort();
}
