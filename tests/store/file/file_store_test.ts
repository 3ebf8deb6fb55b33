import { assert, assertEquals, assertRejects } from "@std/assert";
import { FileStore, StoreError } from "../../../src/store/mod.ts";
import { stdConfigArgs } from "../../../tools/std_config.ts";
import { doConcurrentOperations } from "../../../src/store/testing/concurrent_operations.ts";
import { testStore } from "../../../src/store/testing/mod.ts";
import { temporaryPath } from "../../support/temporary_directory.ts";

testStore("file", () => new FileStore(temporaryPath()).connect(), {
  transactions: false,
});

const text = (text: string) => new TextEncoder().encode(text);
const large = new Uint8Array(100_000).fill(1);
const names = (path: string) => [...Deno.readDirSync(path)].map((e) => e.name);

async function connected(path = temporaryPath()) {
  const store = await new FileStore(path).connect();
  return { path, store };
}

Deno.test("values are still there when the store is opened once more", async () => {
  const { path, store } = await connected();
  await store.set("a", { data: large, metadata: { n: 1 } });
  await store.disconnect();
  const again = await connected(path);
  assertEquals(await again.store.toBytes("a"), large);
  assertEquals(await again.store.getMetadata("a"), { n: 1 });
  await again.store.disconnect();
});

Deno.test("a change of metadata does not copy a large value", async () => {
  const { path, store } = await connected();
  await store.fromBytes("a", large);
  const [before] = names(`${path}/blobs`);
  await store.updateMetadata("a", { n: 1 });
  assertEquals(names(`${path}/blobs`), [before]);
  assertEquals(await store.toBytes("a"), large);
  await store.disconnect();
});

Deno.test("no blob is left of values that were replaced, deleted or never complete", async () => {
  const { path, store } = await connected();
  await store.fromBytes("a", large);
  await store.fromBytes("a", large);
  await store.fromBytes("b", large);
  await store.fromBytes("b", text("small"));
  await store.fromBytes("c", large);
  await store.delete("c");
  const failing = async function* () {
    yield large;
    await Promise.resolve();
    throw new Error("no");
  };
  await assertRejects(() => store.setData("a", failing()), Error, "no");
  assertEquals(names(`${path}/blobs`).length, 1);
  assertEquals(names(`${path}/values`).sort(), ["=a", "=b"]);
  await store.disconnect();
});

Deno.test("many operations at the same time leave no files behind", async () => {
  const [seed] = crypto.getRandomValues(new Uint32Array(1));
  console.log(`seed ${seed}`);
  const { path, store } = await connected();
  await doConcurrentOperations(store, seed, 500);
  let large = 0;
  for await (const key of store.queryKeys()) {
    if ((await store.get(key)).size > 65_536) large++;
  }
  assertEquals(names(`${path}/blobs`).length, large);
  await store.disconnect();
});

Deno.test("connecting removes the blobs of killed processes, and keeps those being written", async () => {
  const { path, store } = await connected();
  await store.fromBytes("a", large);
  const [current] = names(`${path}/blobs`);
  for (const orphan of ["=a@1", "=never-set@2", "nonsense"]) {
    await Deno.writeFile(`${path}/blobs/${orphan}`, large);
  }
  const paused = Promise.withResolvers<void>();
  const reading = Promise.withResolvers<void>();
  const set = store.setData(
    "b",
    async function* () {
      for (let n = 0; n < 5; n++) yield large;
      reading.resolve();
      await paused.promise;
    }(),
  );
  await reading.promise;
  const other = await connected(path);
  assertEquals(names(`${path}/blobs`).length, 2);
  assert(names(`${path}/blobs`).includes(current));
  paused.resolve();
  await set;
  assertEquals((await other.store.get("b")).size, 500_000);
  await other.store.disconnect();
  await store.disconnect();
});

Deno.test("two stores of one process and one directory do not get in each other's way", async () => {
  const [one, two] = [await connected(), await connected()];
  const path = one.path;
  const other = (await connected(path)).store;
  await Promise.all(
    Array.from({ length: 40 }, (_, n) => {
      const store = n % 2 ? one.store : other;
      return store.set("a", { data: n % 3 ? large : text("x") });
    }),
  );
  assertEquals(names(`${path}/values`), ["=a"]);
  for (const store of [one.store, two.store, other]) await store.disconnect();
});

Deno.test("the error of a damaged file has its path, and other keys stay readable", async () => {
  const { path, store } = await connected();
  await store.fromBytes("a", text("a"));
  await store.fromBytes("b", text("b"));
  await Deno.truncate(`${path}/values/=a`, 10);
  const error = await assertRejects(() => store.get("a"), StoreError, "=a");
  assertEquals(error.code, "DAMAGED");
  assertEquals(await store.toBytes("b"), text("b"));
  await store.disconnect();
});

Deno.test("a durable store behaves like any other", async () => {
  const path = temporaryPath();
  await using store = await new FileStore(path, { durable: true }).connect();
  await store.fromBytes("a", large);
  await store.setData("b", new Blob([text("b")]));
  assertEquals(await store.toBytes("a"), large);
  assertEquals(await store.toBytes("b"), text("b"));
});

Deno.test("a store that is disconnected during a set does not keep its value", async () => {
  const { path, store } = await connected();
  const paused = Promise.withResolvers<void>();
  const set = store.setData(
    "a",
    async function* () {
      yield large;
      await paused.promise;
    }(),
  );
  const refused = assertRejects(() => set, StoreError);
  await store.disconnect();
  paused.resolve();
  assertEquals((await refused).code, "NOT_CONNECTED");
  assertEquals(names(`${path}/values`), []);
});

Deno.test("a process without permission to write can read a store", async () => {
  const { path, store } = await connected();
  await store.fromBytes("a", large);
  await store.disconnect();
  const code = `
    import { FileStore } from "${
    import.meta.resolve("../../../src/store/mod.ts")
  }";
    await using store = await new FileStore("${path}", { create: false })
      .connect();
    console.log((await store.toBytes("a")).length);`;
  const script = `${temporaryPath()}.ts`;
  await Deno.writeTextFile(script, code);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--no-prompt",
      `--allow-read=${path}`,
      ...await stdConfigArgs(),
      script,
    ],
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals([decode(stdout), decode(stderr)], ["100000\n", ""]);
});

Deno.test("a call that waits for another process's lock gives up when it is aborted", async () => {
  const path = temporaryPath();
  await using store = await new FileStore(path).connect();
  await store.setMetadata("a", { n: 1 });
  const calls: ((options: { signal: AbortSignal }) => Promise<unknown>)[] = [
    (options) => store.setMetadata("a", {}, options),
    (options) => store.fromBytes("a", new Uint8Array(9), options),
    (options) => store.delete("a", options),
    (options) => new FileStore(path).connect(options),
  ];
  for (const call of calls) {
    // Another opening of the file locks as another process does.
    using lock = await Deno.open(`${path}/lock`, { write: true });
    await lock.lock(true);
    const abort = new AbortController();
    const waiting = call({ signal: abort.signal });
    setTimeout(() => abort.abort(new Error("enough")), 10);
    await assertRejects(() => waiting, Error, "enough");
  }
  await store.setMetadata("b", {});
  assertEquals(await store.getMetadata("a"), { n: 1 });
});
