import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import {
  FileStore,
  JoinedStore,
  MemoryStore,
  SqliteStore,
  type Store,
} from "../../src/store/mod.ts";
import { SCHEMA } from "../../src/store/sqlite/sqlite_schema.ts";
import { Disk } from "../support/disk.ts";

const MIB = 2 ** 20;
const text = (text: string) => new TextEncoder().encode(text);

/** The backends that keep values on a disk, in a directory of it. */
const BACKENDS: Readonly<Record<string, (path: string) => Store>> = {
  file: (path) => new FileStore(`${path}/files`),
  sqlite: (path) => new SqliteStore(`${path}/store.db`),
  "durable sqlite": (path) =>
    new SqliteStore(`${path}/store.db`, { durable: true }),
  joined: (path) =>
    new JoinedStore([new SqliteStore(`${path}/store.db`), new MemoryStore()]),
};

/** Stores values until there is no room for one more. */
async function fillStore(store: Store, size: number): Promise<string[]> {
  const keys: string[] = [];
  for (let i = 0;; i++) {
    const key = `${size}-${i}`;
    try {
      await store.fromBytes(key, new Uint8Array(size).fill(i));
    } catch {
      assert(!await store.exists(key));
      return keys;
    }
    keys.push(key);
  }
}

async function* endless(bytes: number) {
  for (let at = 0; at < bytes; at += MIB) {
    yield new Uint8Array(MIB).fill(7);
    await Promise.resolve();
  }
}

for (const [name, open] of Object.entries(BACKENDS)) {
  const onDisk = (
    what: string,
    test: (store: Store, disk: Disk) => Promise<void>,
  ) =>
    Deno.test(`full disk, ${name}: ${what}`, async () => {
      using disk = Disk.mount("16m");
      if (!disk) return;
      await using store = await open(disk.path).connect();
      await test(store, disk);
    });

  onDisk(
    "a value that is too large leaves the old one and its room",
    async (store, disk) => {
      await store.set("a", { data: text("old"), metadata: { year: 2024 } });
      await store.fromBytes("large", new Uint8Array(2 * MIB).fill(1));
      const before = disk.free;
      for (const key of ["a", "large", "new"]) {
        for (
          const data of [endless(24 * MIB), new Uint8Array(24 * MIB).fill(1)]
        ) {
          await assertRejects(() => store.setData(key, data), Error);
          const gone = before - disk.free;
          assert(gone < MIB, `${gone} bytes are gone`);
          assertEquals(await store.toBytes("a"), text("old"));
          assertEquals(await store.getMetadata("a"), { year: 2024 });
          assertEquals((await store.toBytes("large")).length, 2 * MIB);
          await store.fromBytes("small", text("next"));
          assertEquals(await store.toBytes("small"), text("next"));
        }
      }
      assertEquals(await store.exists("new"), false);
      // As large as what did not fit, in parts.
      for (let i = 0; i < 4; i++) {
        await store.fromBytes(`${i}`, new Uint8Array(2 * MIB).fill(i));
        assertEquals((await store.toBytes(`${i}`))[9], i);
      }
    },
  );

  if (!["file", "sqlite"].includes(name)) continue;

  for (const size of [8000, 300_000]) {
    onDisk(
      `a store full of values of ${size} bytes is read and emptied`,
      async (store, disk) => {
        const before = disk.free;
        const keys = await fillStore(store, size);
        assert(keys.length * size > 8 * MIB, `${keys.length} keys`);
        disk.fill();
        // Again in a process that has not seen it when there was room.
        await store.disconnect();
        await store.connect();
        for (const [i, key] of keys.entries()) {
          const bytes = await store.toBytes(key);
          assertEquals([bytes.length, bytes[0]], [size, i % 256]);
        }
        assertEquals(
          (await Array.fromAsync(store.queryKeys())).length,
          keys.length,
        );
        for (const key of keys) await store.delete(key);
        assertEquals(await Array.fromAsync(store.queryKeys()), []);
        await store.fromBytes("small", text("next"));
        assertEquals(await store.toBytes("small"), text("next"));
        disk.makeRoom();
        const gone = before - disk.free;
        assert(gone < 2 * MIB, `${gone} bytes are gone`);
      },
    );
  }

  onDisk(
    "on a disk that others have filled, values are read and deleted",
    async (store, disk) => {
      await store.fromBytes("small", text("old"));
      await store.fromBytes("large", new Uint8Array(3 * MIB).fill(3));
      disk.fill();
      for (const isNew of [false, true]) {
        if (isNew) {
          await store.disconnect();
          await store.connect();
        }
        await assertRejects(
          () => store.fromBytes("x", new Uint8Array(MIB)),
          Error,
        );
        assertEquals(await store.exists("x"), false);
        assertEquals(await store.toBytes("small"), text("old"));
        assertEquals((await store.toBytes("large")).length, 3 * MIB);
      }
      await store.delete("large");
      assert(disk.free > 2 * MIB, `${disk.free} bytes are free`);
      await store.fromBytes("large", new Uint8Array(MIB));
      await store.delete("small");
      assertEquals(await Array.fromAsync(store.queryKeys()), ["large"]);
    },
  );

  onDisk(
    "several values that do not fit together leave what was there",
    async (store, disk) => {
      await store.fromBytes("a", text("old"));
      const before = disk.free;
      const values = Array.from(
        { length: 30 },
        (_, i) => [`${i}`, new Uint8Array(MIB).fill(i)] as const,
      );
      await assertRejects(() => store.multisetData(values), Error);
      assertEquals(await store.toBytes("a"), text("old"));
      if (name !== "file") {
        assertEquals(await Array.fromAsync(store.queryKeys()), ["a"]);
        const gone = before - disk.free;
        assert(gone < MIB, `${gone} bytes are gone`);
      }
      for await (const key of store.glob("[0-9]*")) await store.delete(key);
      await store.fromBytes("small", text("next"));
      assertEquals(await store.toBytes("small"), text("next"));
    },
  );

  onDisk("metadata that do not fit leave the old ones", async (store, disk) => {
    await store.set("a", { data: text("old"), metadata: { n: 1 } });
    Deno.writeFileSync(`${disk.path}/some`, new Uint8Array(MIB / 2));
    disk.fill();
    Deno.removeSync(`${disk.path}/some`);
    const before = disk.free;
    const metadata = { n: "x".repeat(MIB) };
    await assertRejects(() => store.setMetadata("a", metadata), Error);
    await assertRejects(() => store.setMetadata("b", metadata), Error);
    const gone = before - disk.free;
    assert(gone < MIB / 4, `${gone} bytes are gone`);
    assertEquals(await store.getMetadata("a"), { n: 1 });
    assertEquals(await store.exists("b"), false);
  });
}

Deno.test("full disk: the room of values of a database that are too small for chunks comes back", async () => {
  using disk = Disk.mount("5m");
  if (!disk) return;
  const path = `${disk.path}/store.db`;
  await using store = await new SqliteStore(path).connect();
  const before = disk.free;
  const keys = await fillStore(store, 60_000);
  assert(keys.length > 40, `${keys.length} values`);
  for (const key of keys) await store.delete(key);
  const gone = before - disk.free;
  // That of the reserve, which the first change has made, is not meant.
  const reserved = Deno.statSync(`${path}-reserve`).size;
  assert(gone - reserved < MIB, `${gone - reserved} bytes are gone`);
  await store.fromBytes("small", text("small"));
  assertEquals(await store.toBytes("small"), text("small"));
});

Deno.test("full disk: a database of version 0.2 is emptied, and filled again", async () => {
  using disk = Disk.mount("12m");
  if (!disk) return;
  const path = `${disk.path}/store.db`;
  {
    using database = new DatabaseSync(path);
    database.exec(`PRAGMA journal_mode = WAL; ${SCHEMA}`);
  }
  await using store = await new SqliteStore(path).connect();
  await store.fromBytes("a", text("old"));
  for (let round = 0; round < 2; round++) {
    const keys = await fillStore(store, 300_000);
    assert(keys.length > 20, `${keys.length} keys`);
    await assertRejects(() => store.setData("a", endless(24 * MIB)), Error);
    await store.disconnect();
    await store.connect();
    for (const key of keys) await store.delete(key);
    assertEquals(await store.toBytes("a"), text("old"));
    await store.fromBytes("small", text("next"));
  }
});
