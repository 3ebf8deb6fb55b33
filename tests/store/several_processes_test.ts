import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import {
  openStore,
  type ReadOnlyStore,
  Store,
  StoreError,
} from "../../src/store/mod.ts";
import { stdConfigArgs } from "../../tools/std_config.ts";
import { temporaryPath } from "../support/temporary_directory.ts";

const updater = fromFileUrl(import.meta.resolve("./_updater.ts"));
const names = ["1", "2", "3"];

for (const scheme of ["file", "sqlite"]) {
  Deno.test(`${scheme}: several processes lose no update, and no reader sees a mixed value`, async () => {
    const path = temporaryPath();
    const url = `${scheme}:${path}`;
    await using store = await openStore(url);
    assert(store instanceof Store);
    await store.setMetadata("shared", {});
    const config = await stdConfigArgs();
    const statuses = names.map((name) => {
      const args = ["run", "-A", "--no-check", ...config, updater, url, name];
      return new Deno.Command(Deno.execPath(), { args }).spawn().status;
    });
    const all = Promise.all(statuses);
    let running = true;
    all.then(() => running = false);
    let seen = 0;
    while (running) {
      if (!await isWhole(store)) continue;
      seen++;
      // toBytes() starts over when the value is replaced while it is read.
      const [first, ...rest] = await store.toBytes("contested");
      assert(rest.every((each) => each === first), "the value is a mixture");
    }
    assertEquals((await all).map(({ code }) => code), [0, 0, 0]);
    assert(seen > 0, "the reader saw no value at all");
    const shared = await store.getMetadata("shared");
    const taken = Object.keys(shared).filter((it) => it.startsWith("taken"));
    assertEquals(taken.length, 25);
    for (let n = 0; n < 25; n++) {
      const { name } = await store.getMetadata(`taken ${n}`);
      assert(taken.includes(`taken ${n} by ${name}`));
    }
    assertEquals(Object.keys(shared).length, 25 * names.length + 25);
    if (scheme === "file") {
      const blobs = [...Deno.readDirSync(`${path}/blobs`)];
      const { size } = await store.get("contested");
      // Those of the keys that were taken, too.
      assertEquals(blobs.length, 13 + (size > 100 ? 1 : 0));
    }
  });
}

/** Returns whether there was a value to read; a mixed one is a failure. */
async function isWhole(store: ReadOnlyStore): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve, 1));
  if (!await store.exists("contested")) return false;
  const value = await store.get("contested");
  try {
    const bytes = await value.bytes();
    const byte = Number(value.metadata.byte);
    assertEquals(bytes.length, (byte % 32) % 2 ? 100 : 300_000);
    assert(bytes.every((each) => each === byte), "the value is a mixture");
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === "REPLACED") return false;
    throw error;
  }
}
