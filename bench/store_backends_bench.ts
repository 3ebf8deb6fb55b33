/**
 * How many values of 1 KiB can each backend set and get in a second, and get
 * with a copy of their bytes? Every iteration is 10 000 values. The baseline of
 * each group is the simplest code that keeps values in the same place.
 *
 * The table at the end compares operations a second with those of the originals,
 * `encore.storage` in CPython, measured once on a machine of the same kind.
 */
import { DatabaseSync } from "node:sqlite";
import {
  FileStore,
  JoinedStore,
  MemoryStore,
  MountedStore,
  type ReadOnlyStore,
  SqliteStore,
  Store,
  UrlStore,
} from "@sluice/sluice/store";

const COUNT = 10_000;
const keys = Array.from({ length: COUNT }, (_, n) => `key-${n}`);
const data = new Uint8Array(1024).fill(7);

const directories: string[] = [];
const disk = directory();
const memory = directory("/dev/shm");
const best = new Map<string, { rate: number; original?: number }>();

{
  const map = new Map<string, Uint8Array>();
  baseline("set in memory", "Map", () => {
    for (const key of keys) map.set(key, data.slice());
  });
  baseline("get from memory", "Map", () => {
    for (const key of keys) map.get(key)?.slice();
  });
  const store = await new MemoryStore().connect();
  measureSet("set in memory", "memory", store, 51_500);
  await measureGet("get from memory", "memory", store, 1_410_000);
  const joined = new JoinedStore([new MemoryStore(), new MemoryStore()]);
  await joined.connect();
  measureSet("set in memory", "joined", joined);
  await measureGet("get from memory", "joined", joined);
  const mounted = new MountedStore("key", new MemoryStore(), new MemoryStore());
  await mounted.connect();
  measureSet("set in memory", "mounted", mounted);
  await measureGet("get from memory", "mounted", mounted);
}

for (
  const [place, root, setOriginal, getOriginal] of [
    ["shared memory", memory, 20_600, 69_500],
    ["disk", disk, 6_600, 62_100],
  ] as const
) {
  const bare = `${root}/bare`;
  Deno.mkdirSync(bare);
  baseline(`set in ${place}`, "write and rename", () => {
    for (const key of keys) {
      Deno.writeFileSync(`${bare}/next`, data);
      Deno.renameSync(`${bare}/next`, `${bare}/${key}`);
    }
  });
  baseline(`get from ${place}`, "read", () => {
    for (const key of keys) Deno.readFileSync(`${bare}/${key}`);
  });
  const store = await new FileStore(`${root}/files`).connect();
  measureSet(`set in ${place}`, `files in ${place}`, store, setOriginal);
  await measureGet(
    `get from ${place}`,
    `files in ${place}`,
    store,
    getOriginal,
  );
}

{
  const database = new DatabaseSync(`${disk}/bare.db`);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE value (key TEXT PRIMARY KEY, bytes BLOB)`);
  const set = database.prepare("INSERT OR REPLACE INTO value VALUES (?, ?)");
  const get = database.prepare("SELECT bytes FROM value WHERE key = ?");
  baseline("set in SQLite", "one statement", () => {
    for (const key of keys) set.run(key, data);
  });
  baseline("get from SQLite", "one statement", () => {
    for (const key of keys) get.get(key);
  });
  const durable = new SqliteStore(`${disk}/durable.db`, { durable: true });
  await durable.connect();
  const group = "set in SQLite";
  measureSet(group, "SQLite, a durable commit each", durable, 732);
  const store = await new SqliteStore(`${disk}/store.db`).connect();
  measureSet(group, "SQLite, a commit each", store, 732);
  measure(group, "SQLite, one transaction", async () => {
    await store.transaction().run(() => setEach(store));
  }, 23_900);
  await measureGet("get from SQLite", "SQLite", store, 108_000);
}

{
  const port = await serve();
  const url = `http://127.0.0.1:${port}/`;
  baseline("get from a web server", "fetch", async () => {
    for (const key of keys) await (await fetch(url + key)).bytes();
  });
  const store = await new UrlStore(url).connect();
  await measureGet("get from a web server", "web server", store);
}

addEventListener("unload", () => {
  for (const path of directories) Deno.removeSync(path, { recursive: true });
  for (const [name, { rate, original }] of best) {
    const compared = original === undefined
      ? ""
      : `, the original ${original}: ${(rate / original).toFixed(1)} times`;
    console.log(`${name}: ${Math.round(rate)} a second${compared}`);
  }
});

function baseline(group: string, name: string, all: () => unknown): void {
  Deno.bench({ name, group, baseline: true, n: 3, warmup: 1 }, async () => {
    await all();
  });
}

function measureSet(
  group: string,
  name: string,
  store: Store,
  original?: number,
): void {
  measure(group, `${name}, set`, () => setEach(store), original);
}

async function measureGet(
  group: string,
  name: string,
  store: ReadOnlyStore,
  original?: number,
): Promise<void> {
  // A filter may have left out the benchmarks that set the values.
  if (store instanceof Store) await setEach(store);
  measure(group, `${name}, get`, async () => {
    for (const key of keys) await store.get(key);
  }, original);
  measure(group, `${name}, get and read`, async () => {
    for (const key of keys) await (await store.get(key)).bytes();
  }, original);
}

function measure(
  group: string,
  name: string,
  all: () => Promise<void>,
  original?: number,
): void {
  Deno.bench({ name, group, n: 3, warmup: 1 }, async () => {
    const start = performance.now();
    await all();
    const rate = COUNT / (performance.now() - start) * 1000;
    best.set(name, {
      rate: Math.max(rate, best.get(name)?.rate ?? 0),
      original,
    });
  });
}

async function setEach(store: Store): Promise<void> {
  for (const key of keys) await store.set(key, { data });
}

function directory(parent?: string): string {
  const path = Deno.makeTempDirSync({ dir: parent, prefix: "store-bench-" });
  directories.push(path);
  return path;
}

/** Starts a server, in a thread of its own, that has the same value at every path. */
async function serve(): Promise<number> {
  const code = `
    const data = new Uint8Array(${data.length}).fill(7);
    const headers = { "Content-Length": "${data.length}" };
    Deno.serve({
      port: 0,
      hostname: "127.0.0.1",
      onListen: ({ port }) => postMessage(port),
    }, ({ method, url }) =>
      url.endsWith("index.json")
        ? new Response(null, { status: 404 })
        : new Response(method === "HEAD" ? null : data, { headers }));`;
  const worker = new Worker(
    `data:application/javascript,${encodeURIComponent(code)}`,
    { type: "module" },
  );
  return await new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
  });
}
