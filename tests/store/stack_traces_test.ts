import {
  FileStore,
  MemoryStore,
  openStore,
  type ReadOnlyStore,
  SqliteStore,
  Store,
} from "@sluice/sluice/store";
import { assert, assertEquals } from "@std/assert";
import { assertBeginsIn, failureOf } from "../support/first_frame.ts";
import { TemporaryDirectory } from "../support/temporary_directory.ts";

const FILE = import.meta.url;

/** Calls that fail with every store that is connected. */
const CALLS: Record<string, (store: Store) => unknown> = {
  get: async (store) => await store.get("missing"),
  "get of no key": async (store) => await store.get(5 as never),
  getData: async (store) => await store.getData("missing"),
  getMetadata: async (store) => await store.getMetadata("missing"),
  multiget: async (store) => await Array.fromAsync(store.multiget(["missing"])),
  toBytes: async (store) => await store.toBytes("missing"),
  toFile: async (store) => await store.toFile("missing", "/dev/null"),
  set: async (store) => await store.set("a", { data: 5 as never }),
  setData: async (store) => await store.setData("a", 5 as never),
  updateMetadata: async (store) => await store.updateMetadata("missing", {}),
  fromFile: async (store) => await store.fromFile("a", "/dev/null/file"),
  fromBytes: async (store) => await store.fromBytes("a", 5 as never),
  "a value's range": async (store) => {
    await store.fromBytes("a", new Uint8Array(1));
    (await store.get("a")).range(2, 1);
  },
};

async function* stores(directory: string): AsyncGenerator<Store> {
  yield await new MemoryStore().connect();
  yield await new FileStore(`${directory}/files`).connect();
  yield await new SqliteStore(`${directory}/store.db`).connect();
}

Deno.test("traces of stores begin in the caller's code", async () => {
  using directory = new TemporaryDirectory();
  for await (const store of stores(directory.path)) {
    await using _ = store;
    for (const [name, call] of Object.entries(CALLS)) {
      const full = `${store.constructor.name}: ${name}`;
      await assertBeginsIn(FILE, full, () => call(store));
    }
  }
});

Deno.test("so do those of stores that cannot be opened or are not connected", async () => {
  using directory = new TemporaryDirectory();
  Deno.writeTextFileSync(`${directory.path}/file`, "");
  const missing = `${directory.path}/file/store`;
  const calls: Record<string, () => unknown> = {
    openStore: async () =>
      await openStore(`file:${missing}`, { create: false }),
    "openStore of no store": async () => await openStore("fiel:x"),
    connect: async () => await new FileStore(missing).connect(),
    "a transaction that has ended": async () => {
      await using store = await new MemoryStore().connect();
      await using transaction = await store.transaction().enter();
      await transaction.commit();
      await transaction.commit();
    },
    "not connected": async () => await new MemoryStore().get("a"),
  };
  for (const [name, call] of Object.entries(calls)) {
    await assertBeginsIn(FILE, name, call);
  }
});

Deno.test("errors of the caller's own code keep their traces", async () => {
  await using store: ReadOnlyStore = await openStore("memory:");
  assert(store instanceof Store);
  const own = new Error("my own");
  const { stack } = own;
  const source = (async function* () {
    yield await Promise.reject(own);
  })();
  const calls = [
    () => store.set("a", { data: source }),
    () => store.transaction().run(() => Promise.reject(own)),
  ];
  for (const call of calls) {
    assertEquals(await failureOf(call), own);
    assertEquals(own.stack, stack);
  }
  const missing = await failureOf(() =>
    store.transaction().run(async function inner() {
      await Deno.readTextFile("/dev/null/file");
    })
  );
  assert(missing.stack.includes("inner"), missing.stack);
});
