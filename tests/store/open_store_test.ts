import {
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
  const url = 7 as unknown as string;
  await assertRejects(() => openStore(url), TypeError, "a string, found 7");
});
