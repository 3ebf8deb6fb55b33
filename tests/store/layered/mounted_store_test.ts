import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  KeyError,
  MemoryStore,
  MountedStore,
  StoreError,
  UrlStore,
} from "../../../src/store/mod.ts";
import {
  testReadOnlyStore,
  testStore,
} from "../../../src/store/testing/mod.ts";

testStore("mounted", () => {
  return new MountedStore("", new MemoryStore(), new MemoryStore()).connect();
});

testReadOnlyStore("mounted, below the mount point and beside it", async (
  entries,
) => {
  const [mounted, backing] = [new MemoryStore(), new MemoryStore()];
  const store = await new MountedStore("l", mounted, backing).connect();
  for (const [key, value] of entries) {
    if (key.startsWith("l")) await mounted.set(key.slice(1), value);
    else await backing.set(key, value);
  }
  return store;
});

const text = (text: string) => new TextEncoder().encode(text);

async function mountedAtCache() {
  const [mounted, backing] = [new MemoryStore(), new MemoryStore()];
  const store = await new MountedStore("cache/", mounted, backing).connect();
  return { mounted, backing, store };
}

Deno.test("a key below the mount point is in the mounted store, without the mount point", async () => {
  const { mounted, backing, store } = await mountedAtCache();
  await backing.fromBytes("cache/a", text("backing"));
  assertEquals(await store.toBytes("cache/a"), text("backing"));
  await store.fromBytes("cache/a", text("mounted"));
  assertEquals(await store.toBytes("cache/a"), text("mounted"));
  assertEquals(await mounted.toBytes("a"), text("mounted"));
  assertEquals(await backing.toBytes("cache/a"), text("backing"));
  assertEquals(await Array.fromAsync(store.queryKeys()), ["cache/a"]);
});

Deno.test("keys beside the mount point can be read, not written", async () => {
  const { mounted, backing, store } = await mountedAtCache();
  await backing.fromBytes("b", text("backing"));
  await mounted.fromBytes("b", text("mounted"));
  assertEquals(await store.toBytes("b"), text("backing"));
  for (const key of ["b", "c", ""]) {
    const message = '"key" must be a key that begins with "cache/"';
    const data = new ReadableStream<Uint8Array>({
      pull() {
        throw new Error("the source was read");
      },
    }, { highWaterMark: 0 });
    await assertRejects(() => store.set(key, { data }), RangeError, message);
    await assertRejects(() => store.delete(key), RangeError, message);
  }
  assertEquals(await backing.toBytes("b"), text("backing"));
});

Deno.test("push moves a key to the backing store", async () => {
  const { mounted, backing, store } = await mountedAtCache();
  await store.set("cache/a", { data: text("new"), metadata: { n: 1 } });
  await store.push("cache/a");
  assertEquals(await backing.toBytes("cache/a"), text("new"));
  assertEquals(await backing.getMetadata("cache/a"), { n: 1 });
  assertEquals(await mounted.exists("a"), false);
  assertEquals(await store.toBytes("cache/a"), text("new"));
  for (const key of ["cache/a", "cache/", "a"]) {
    await assertRejects(() => store.push(key), KeyError);
  }
});

Deno.test("nothing can be pushed to a store that is read-only", async () => {
  await using server = Deno.serve({ port: 0, onListen() {} }, () => {
    return new Response(null, { status: 404 });
  });
  const backing = new UrlStore(`http://localhost:${server.addr.port}`);
  await using store = await new MountedStore("", new MemoryStore(), backing)
    .connect();
  await store.fromBytes("a", text("a"));
  const error = await assertRejects(() => store.push("a"), StoreError);
  assertEquals(error.code, "READ_ONLY");
  assertEquals(await store.exists("a"), true);
});

Deno.test("an argument that is no store or mount point is refused", () => {
  const store = new MemoryStore();
  const wrong = (value: unknown) => value as never;
  const cases: [call: () => unknown, message: string][] = [
    [
      () => new MountedStore(wrong(7), store, store),
      '"mountPoint" must be a st',
    ],
    [
      () => new MountedStore("", wrong({}), store),
      '"mounted" must be a store t',
    ],
    [
      () => new MountedStore("", store, wrong(null)),
      '"backing" must be a store',
    ],
  ];
  for (const [call, message] of cases) assertThrows(call, TypeError, message);
});
