import { assert, assertEquals, assertRejects } from "@std/assert";
import { deadline } from "@std/async";
import {
  FileStore,
  openStore,
  SqliteStore,
  Store,
  StoreError,
} from "../../src/store/mod.ts";
import { stdConfigArgs } from "../../tools/std_config.ts";
import { sluice } from "../cli/capio/sluice.ts";
import { Disk } from "../support/disk.ts";
import { temporaryPath } from "../support/temporary_directory.ts";

const text = (text: string) => new TextEncoder().encode(text);
const large = new Uint8Array(200_000).fill(3);

const BACKENDS: Readonly<Record<string, (path: string) => Store>> = {
  file: (path) => new FileStore(path),
  sqlite: (path) => new SqliteStore(path),
};

async function made(url: string): Promise<void> {
  await using store = await openStore(url);
  assert(store instanceof Store);
  await store.set("a", { data: text("one"), metadata: { year: 2024 } });
  await store.set("large", { data: large, metadata: {} });
}

async function assertReadable(store: Store): Promise<void> {
  const keys = (await Array.fromAsync(store.queryKeys())).sort();
  assertEquals(keys, ["a", "large"]);
  assertEquals(await Array.fromAsync(store.queryKeys({ year: 2024 })), ["a"]);
  assertEquals(await store.toBytes("a"), text("one"));
  assertEquals(await store.toBytes("large"), large);
  assertEquals(await store.exists("b"), false);
}

for (const [scheme, open] of Object.entries(BACKENDS)) {
  Deno.test(`${scheme}: a store on a disk that can only be read is listed and read, and refuses to be changed`, async () => {
    using disk = Disk.mount("8m");
    if (!disk) return;
    const path = `${disk.path}/store`;
    await made(`${scheme}:${path}`);
    disk.makeReadOnly();
    const before = Array.from(Deno.readDirSync(disk.path), ({ name }) => name);
    await using store = await open(path).connect();
    await assertReadable(store);
    const changes: (() => Promise<unknown>)[] = [
      () => store.fromBytes("a", text("two")),
      () => store.fromBytes("b", large),
      () => store.delete("a"),
      () => store.updateMetadata("a", { year: 2025 }),
      () => store.transaction().run(() => store.delete("a")),
    ];
    for (const change of changes) {
      const error = await assertRejects(change, Error);
      if (scheme === "file") continue;
      assert(error instanceof StoreError, error.stack);
      assertEquals(error.code, "READ_ONLY");
    }
    await assertReadable(store);
    if (scheme === "sqlite") assertEquals((await store.info()).readonly, true);
    const url = `${scheme}:${path}`;
    const to = `sqlite:${temporaryPath()}`;
    const [ls, get, query, cp, set] = await Promise.all([
      sluice("store", "ls", "-l", url),
      sluice("store", "get", url, "a"),
      sluice("store", "query", url, "year=2024"),
      sluice("store", "cp", url, to),
      sluice("store", "set", url, "a", path + "/../store"),
    ]);
    assertEquals([ls.code, ls.stderr], [0, ""]);
    assertEquals(get.stdout, "one");
    assertEquals(JSON.parse(query.stdout).key, "a");
    assertEquals([cp.code, cp.stderr], [0, ""]);
    assertEquals(set.code, 1);
    await using copy = await openStore(to);
    await assertReadable(copy as Store);
    const after = Array.from(Deno.readDirSync(disk.path), ({ name }) => name);
    assertEquals(after.sort(), before.sort());
  });

  Deno.test(`${scheme}: a program that may only read reads a store`, async () => {
    const path = temporaryPath();
    await made(`${scheme}:${path}`);
    const script = `${temporaryPath()}.ts`;
    const store = import.meta.resolve("../../src/store/mod.ts");
    await Deno.writeTextFile(
      script,
      `import { openStore } from "${store}";
      await using store = await openStore("${scheme}:${path}", { create: false });
      console.log((await Array.fromAsync(store.queryKeys())).sort().join());
      console.log((await store.toBytes("large")).length);
      await store.delete("a").catch(() => console.log("refused"));`,
    );
    const args = ["run", "--no-prompt", "--no-check", "--allow-read"];
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...args, ...await stdConfigArgs(), script],
    }).output();
    const printed = new TextDecoder().decode(stdout);
    const errors = new TextDecoder().decode(stderr);
    assertEquals(printed, "a,large\n200000\nrefused\n", errors);
  });
}

Deno.test("sqlite: what is only in the log of a database is not passed over where it cannot be read", async () => {
  using disk = Disk.mount("8m");
  if (!disk) return;
  const path = temporaryPath();
  await using store = await new SqliteStore(path).connect();
  await store.fromBytes("a", text("one"));
  for (const suffix of ["", "-wal"]) {
    Deno.copyFileSync(path + suffix, `${disk.path}/copy${suffix}`);
  }
  disk.makeReadOnly();
  const copy = new SqliteStore(`${disk.path}/copy`);
  await assertRejects(() => copy.connect(), StoreError, "copy-wal");
});

Deno.test("sqlite: while another connection writes, one that reads connects and lists at once", async () => {
  const path = temporaryPath();
  await made(`sqlite:${path}`);
  await using writer = await new SqliteStore(path).connect();
  await writer.transaction().run(async () => {
    await writer.fromBytes("b", text("not yet"));
    await using reader = await new SqliteStore(path).connect();
    await deadline(assertReadable(reader), 5000);
  });
});

Deno.test("sqlite: on a full disk, without anything in reserve, a store is listed and read", async () => {
  using disk = Disk.mount("8m");
  if (!disk) return;
  const path = `${disk.path}/store`;
  await made(`sqlite:${path}`);
  Deno.removeSync(`${path}-reserve`);
  using ballast = Deno.openSync(`${disk.path}/ballast`, {
    createNew: true,
    write: true,
  });
  for (const size of [65_536, 4096, 1]) {
    try {
      for (;;) ballast.writeSync(new Uint8Array(size));
    } catch {
      // No room for so much.
    }
  }
  await using store = await new SqliteStore(path).connect();
  await assertReadable(store);
});

Deno.test("sqlite: a database that cannot be locked is not read once others have changed it", async () => {
  using disk = Disk.mount("8m");
  if (!disk) return;
  const path = `${disk.path}/store`;
  await made(`sqlite:${path}`);
  disk.makeReadOnly();
  await using reader = await new SqliteStore(path).connect();
  await assertReadable(reader);
  new Deno.Command("mount", { args: ["-o", "remount,rw", disk.path] })
    .outputSync();
  await using writer = await new SqliteStore(path).connect();
  await writer.fromBytes("a", text("two"));
  const error = await assertRejects(() => reader.toBytes("a"), StoreError);
  assertEquals(error.code, "REPLACED");
  await reader.disconnect();
  await reader.connect();
  assertEquals(await reader.toBytes("a"), text("two"));
});
