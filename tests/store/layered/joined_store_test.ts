import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  FileStore,
  JoinedStore,
  MemoryStore,
  type Metadata,
  SqliteStore,
  StoreError,
} from "../../../src/store/mod.ts";
import {
  testReadOnlyStore,
  testStore,
} from "../../../src/store/testing/mod.ts";
import { temporaryPath } from "../../support/temporary_directory.ts";

testStore("joined", () => {
  return new JoinedStore([
    new SqliteStore(":memory:"),
    new MemoryStore(),
  ]).connect();
});

testStore("joined without transactions", () => {
  return new JoinedStore([
    new FileStore(temporaryPath()),
    new MemoryStore(),
  ]).connect();
}, { transactions: false });

testReadOnlyStore("joined, half in each store", async (entries) => {
  const stores = [new MemoryStore(), new MemoryStore()] as const;
  const joined = await new JoinedStore(stores).connect();
  for (const [n, [key, value]] of entries.entries()) {
    await stores[n % 2].set(key, value);
  }
  return joined;
});

const text = (text: string) => new TextEncoder().encode(text);

async function joined() {
  const front = new MemoryStore();
  const behind = new MemoryStore();
  const store = await new JoinedStore([front, behind]).connect();
  await front.set("both", { data: text("front"), metadata: { at: "front" } });
  await behind.set("both", {
    data: text("behind"),
    metadata: { at: "behind" },
  });
  await behind.set("old", { data: text("old"), metadata: { at: "behind" } });
  return { front, behind, store };
}

Deno.test("the first store that has a key wins, in listings too", async () => {
  const { store } = await joined();
  assertEquals(await store.toBytes("both"), text("front"));
  assertEquals(await store.toBytes("old"), text("old"));
  const found = await Array.fromAsync(store.query());
  assertEquals(found, [
    ["both", { at: "front" }],
    ["old", { at: "behind" }],
  ]);
  assertEquals(await Array.fromAsync(store.queryKeys({ at: "behind" })), [
    "old",
  ]);
});

Deno.test("a change goes to the first store, with the rest of the value", async () => {
  const changes: Record<string, { bytes: string; metadata: Metadata }> = {
    data: { bytes: "new", metadata: { at: "behind" } },
    metadata: { bytes: "old", metadata: { n: 1 } },
    update: { bytes: "old", metadata: { at: "behind", n: 1 } },
  };
  for (const [change, expected] of Object.entries(changes)) {
    const { front, behind, store } = await joined();
    if (change === "data") await store.setData("old", text("new"));
    if (change === "metadata") await store.setMetadata("old", { n: 1 });
    if (change === "update") await store.updateMetadata("old", { n: 1 });
    const value = await front.get("old");
    assertEquals(await value.bytes(), text(expected.bytes));
    assertEquals({ ...value.metadata }, expected.metadata);
    assertEquals(await behind.toBytes("old"), text("old"));
  }
});

Deno.test("delete uncovers a later store's value, and cannot remove that", async () => {
  const { store } = await joined();
  await store.delete("both");
  assertEquals(await store.toBytes("both"), text("behind"));
  const error = await assertRejects(() => store.delete("both"), StoreError);
  assertEquals(error.code, "READ_ONLY");
  assertEquals(await store.delete("missing"), false);
});

Deno.test("a transaction of the joined store is one of the first store", async () => {
  const { front, store } = await joined();
  await assertRejects(() =>
    store.transaction("try").run(async () => {
      await store.setMetadata("both", { n: 1 });
      await store.setMetadata("old", { n: 1 });
      throw new Error("no");
    })
  );
  assertEquals(await front.getMetadata("both"), { at: "front" });
  assertEquals(await front.exists("old"), false);
});

Deno.test("connecting and disconnecting applies to all stores", async () => {
  const { front, behind, store } = await joined();
  assertEquals([front.isConnected(), behind.isConnected()], [true, true]);
  await store.disconnect();
  assertEquals([front.isConnected(), behind.isConnected()], [false, false]);
});

Deno.test("when one store cannot be connected, the others are disconnected again", async () => {
  const [ours, theirs] = [new MemoryStore(), new MemoryStore()];
  await theirs.connect();
  const missing = new FileStore(temporaryPath(), { create: false });
  const store = new JoinedStore([ours, theirs, missing]);
  await assertRejects(() => store.connect(), Deno.errors.NotFound);
  assertEquals(store.isConnected(), false);
  assertEquals(ours.isConnected(), false);
  assertEquals(theirs.isConnected(), true);
});

Deno.test("the error of an argument that is no store has its index", () => {
  const wrong = (stores: unknown) => () => new JoinedStore(stores as never);
  assertThrows(wrong([]), TypeError, '"stores[0]" must be a store that can be');
  assertThrows(
    wrong([new MemoryStore(), {}]),
    TypeError,
    '"stores[1]" must be a store, found {}',
  );
});
