import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { resolve, toFileUrl } from "@std/path";
import {
  FileStore,
  MemoryStore,
  openStore,
  SqliteStore,
} from "../../src/store/mod.ts";
import { openTStorage } from "../../src/tstorage/mod.ts";
import { temporaryPath } from "../support/temporary_directory.ts";

Deno.test("a URL opens the store that it names", async () => {
  const path = resolve(temporaryPath());
  for (const url of [`file:${path}`, toFileUrl(path).href]) {
    await using store = await openStore(url);
    assertInstanceOf(store, FileStore);
    assertEquals(store.path, path);
  }
  const database = resolve(temporaryPath());
  const databaseUrl = toFileUrl(database).href.replace("file:", "sqlite:");
  for (const url of [`sqlite:${database}`, databaseUrl]) {
    await using store = await openStore(url);
    assertInstanceOf(store, SqliteStore);
    assertEquals(store.path, database);
  }
  await using store = await openStore("memory:");
  assertInstanceOf(store, MemoryStore);
});

Deno.test("a store that can be written is known as such by its URL", async () => {
  await using store = await openStore<{ year: number }>("memory:");
  await store.set("a", { data: "text", metadata: { year: 2024 } });
  const { year }: { year: number } = await store.getMetadata("a", ["year"]);
  assertEquals(year, 2024);
  // @ts-expect-error: the year is a number
  const wrong = () => store.setMetadata("a", { year: "2024" });
  await wrong();
  const web = () => openStore("http://localhost/");
  type Opened = Awaited<ReturnType<typeof web>>;
  // @ts-expect-error: what a web server has is only read
  const _set: Opened["set"] | undefined = undefined;
});

Deno.test("create: false makes no store", async () => {
  const path = temporaryPath();
  for (const scheme of ["file", "sqlite"]) {
    await assertRejects(
      () => openStore(`${scheme}:${path}`, { create: false }),
      Deno.errors.NotFound,
      `There is no store in "${path}"`,
    );
    assertThrows(() => Deno.statSync(path), Deno.errors.NotFound);
  }
});

Deno.test("a URL that names no store is refused", async () => {
  for (const url of ["results", "ftp://a", "", "file:", "sqlite:", "C:\\a"]) {
    await assertRejects(() => openStore(url), TypeError, '"url" must');
  }
  for (
    const url of ["http//u:secret@h", "u:secret@h/a", "httpx://u:secret@h"]
  ) {
    const error = await assertRejects(() => openStore(url), TypeError);
    assert(!error.message.includes("secret"), error.message);
  }
  const url = 7 as unknown as string;
  await assertRejects(() => openStore(url), TypeError, "a string, found 7");
});

Deno.test("a name that means something else to a layer below is refused, or is a file's", async () => {
  const directory = Deno.makeTempDirSync();
  for (
    const url of [
      "sqlite::memory:",
      "memory:name",
      "memory://name",
      "sqlite:a\0b",
      "file:a\0b",
      "file:///a%00b",
      "file://host/a",
      "sqlite://results.db",
      `sqlite://${directory}/a?mode=memory`,
      `file://${directory}/a#part`,
      "file://",
      "sqlite://",
      `file://${directory}/100%`,
      `sqlite://${directory}/a%2Fb`,
      `file:${directory}/\ud800`,
      `sqlite:${directory}/\udc00`,
    ]
  ) {
    await assertRejects(() => openStore(url), TypeError, '"url" must');
  }
  for (const path of ["", "a\0b", `${directory}/\ud800`]) {
    assertThrows(() => new SqliteStore(path), RangeError, '"path" must');
    assertThrows(() => new FileStore(path), RangeError, '"path" must');
    assertThrows(() => openTStorage({ path }), RangeError, '"path" must');
  }
  const before = Deno.cwd();
  Deno.chdir(directory);
  try {
    const names = ["file:x?mode=memory", "FILE:y", "z?mode=memory", "w%20w"];
    for (const name of names) {
      await using store = await openStore(`sqlite:${name}`);
      assertInstanceOf(store, SqliteStore);
      await store.fromBytes("a", new Uint8Array(1));
      await store.disconnect();
      assert(Deno.statSync(`./${name}`).isFile);
      await using again = await openStore(`sqlite:${name}`, { create: false });
      assert(await again.exists("a"));
    }
    await using database = openTStorage({ path: "file:t?mode=memory" });
    assert(database && Deno.statSync("./file:t?mode=memory").isFile);
  } finally {
    Deno.chdir(before);
    Deno.removeSync(directory, { recursive: true });
  }
});
