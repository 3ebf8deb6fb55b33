import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import {
  BytesPayloadType,
  Channel,
  Key,
  serveTStorage,
  TStorageError,
} from "../../../src/tstorage/mod.ts";
import { EARLIER_SCHEMA } from "../../../src/tstorage/server/earlier_version.ts";
import { orderedKey } from "../../../src/tstorage/server/runs/ordered_key.ts";
import { Disk } from "../../support/disk.ts";
import { temporaryPath } from "../../support/temporary_directory.ts";

const LARGE =
  "CREATE TABLE large (id INTEGER PRIMARY KEY, payload BLOB NOT NULL);";

Deno.test("a database of version 0.2 is read, with what had been replaced in it", async () => {
  const path = temporaryPath();
  makeEarlier(path, 5000);
  for (let start = 0; start < 2; start++) {
    await using server = serveTStorage({ port: 0, path });
    await using channel = new Channel(
      "127.0.0.1",
      server.port,
      new BytesPayloadType(),
    );
    await channel.connect();
    const { data } = await channel.get(Key.MIN, Key.MAX);
    assertEquals(data.length, 5000);
    for (const [i, { key, value }] of data.entries()) {
      assertEquals(key, keyOf(i));
      assertEquals([value.length, value[0]], [sizeOf(i), fillOf(i)], `${i}`);
    }
    // No acquisition time is given twice.
    assert(data[0].key.acq < 1000n);
    const put = [{ key: new Key(9, 0n, 0, 0n), value: new Uint8Array(1) }];
    if (start === 1) assert((await channel.put(put)).isOk());
  }
  using database = new DatabaseSync(path);
  const count = (table: string) =>
    database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.rows;
  // The payloads that were replaced are gone.
  assertEquals(count("large"), 50);
  assertEquals(
    count("sqlite_schema WHERE name IN ('records', 'replacements')"),
    0,
  );
});

Deno.test("a database of version 0.2 whose records do not fit a second time stays as it is", () => {
  using disk = Disk.mount("3m");
  if (!disk) return;
  const path = `${disk.path}/records.db`;
  makeEarlier(path, 5000);
  disk.fill();
  let found: unknown;
  try {
    serveTStorage({ port: 0, path });
  } catch (error) {
    found = error;
  }
  assert(found instanceof TStorageError);
  assertStringIncludes(found.message, "disk");
  disk.makeRoom();
  using database = new DatabaseSync(path);
  const row = database.prepare("SELECT count(*) AS rows FROM records").get();
  assertEquals(row?.rows, 5000);
});

/** Makes a database as version 0.2 did: every fifth record is replaced. */
function makeEarlier(path: string, count: number): void {
  using database = new DatabaseSync(path);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA application_id = ${0x736c7473};
    BEGIN;
    CREATE TABLE state (last_put INTEGER, last_acq INTEGER);
    INSERT INTO state VALUES (3, 900);
    ${LARGE} ${EARLIER_SCHEMA}`);
  const large = database.prepare("INSERT INTO large VALUES (?, ?)");
  const record = database.prepare("INSERT INTO records VALUES (?, ?, ?)");
  const replace = database.prepare("INSERT INTO replacements VALUES (?, ?, ?)");
  let id = 0;
  /** The payload, or the number of a large one. */
  const payload = (i: number, fill: number | undefined) => {
    const bytes = new Uint8Array(sizeOf(i)).fill(fill ?? 0);
    if (bytes.length <= 4096) return bytes;
    large.run(++id, bytes);
    // As an integer: a number of JavaScript would be a real one.
    return BigInt(id);
  };
  for (let i = 0; i < count; i++) {
    const key = orderedKey(keyOf(i));
    if (i % 5) record.run(key, 1, payload(i, fillOf(i)));
    else {
      record.run(key, 1, payload(i, 101));
      replace.run(key, 2, payload(i, 102));
      replace.run(key, 3, payload(i, fillOf(i)));
    }
  }
  database.exec("COMMIT");
}

function keyOf(i: number): Key {
  return new Key(1, BigInt(i), -3, BigInt(i * 7), 5n);
}

function sizeOf(i: number): number {
  return i % 100 === 0 ? 5000 : i % 20;
}

function fillOf(i: number): number | undefined {
  return sizeOf(i) === 0 ? undefined : i % 100;
}
