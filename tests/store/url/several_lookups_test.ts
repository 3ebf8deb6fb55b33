import { assert, assertEquals, assertRejects } from "@std/assert";
import { KeyError, MemoryStore, UrlStore } from "../../../src/store/mod.ts";

const SMALL = 20;

/** Serves "0", "1", ... with their numbers as bytes; every tenth is a large one. */
function serve(answered: (request: Request) => Promise<void> | void) {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      await answered(request);
      const number = Number(new URL(request.url).pathname.slice(1));
      if (Number.isNaN(number)) return new Response(null, { status: 404 });
      const size = number % 10 === 9 ? 100_000 : SMALL;
      const headers = new Headers({ "Content-Length": `${size}` });
      if (request.method === "HEAD") return new Response(null, { headers });
      const bytes = new Uint8Array(size).fill(number);
      const range = request.headers.get("Range")?.match(/^bytes=(\d+)-(\d+)$/);
      if (!range) return new Response(bytes, { headers });
      const first = Number(range[1]);
      const end = Math.min(Number(range[2]) + 1, size);
      headers.set("Content-Length", `${end - first}`);
      headers.set("Content-Range", `bytes ${first}-${end - 1}/${size}`);
      const status = 206;
      return new Response(bytes.subarray(first, end), { status, headers });
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}/`;
  return { server, url };
}

Deno.test("several values are asked for at the same time, a small one with one request", async () => {
  const requests: string[] = [];
  const waiting: (() => void)[] = [];
  const { server, url } = serve(async ({ method, url }) => {
    requests.push(`${method} ${new URL(url).pathname}`);
    if (requests.length > 8) return;
    // Nothing is answered before eight requests are there.
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push(resolve);
    if (waiting.length === 8) { for (const answer of waiting) answer(); }
    await promise;
  });
  await using store = await new UrlStore(url, { index: false }).connect();
  const keys = Array.from({ length: 60 }, (_, i) => `${i}`);
  const values = await Array.fromAsync(store.multiget(keys));
  for (const [i, value] of values.entries()) {
    const size = i % 10 === 9 ? 100_000 : SMALL;
    assertEquals(await value.bytes(), new Uint8Array(size).fill(i));
  }
  // The large ones are asked for once more, for all of their bytes.
  assertEquals(requests.length, 66);
  // What was at hand is read again from the server.
  assertEquals(await values[0].bytes(), new Uint8Array(SMALL));
  assertEquals(requests.length, 67);
  let i = 0;
  for await (const data of store.multigetData(keys)) {
    for await (const chunk of data) assertEquals(chunk[0], i);
    i++;
  }
  assertEquals(i, 60);
  await server.shutdown();
});

Deno.test("a copy has each value under its key, and a missing one is told in its turn", async () => {
  const { server, url } = serve(() => {});
  await using store = await new UrlStore(url, { index: false }).connect();
  await using memory = await new MemoryStore().connect();
  const keys = ["3", "1", "19", "2"];
  const found = store.multiget([...keys, "none", "4"]);
  const set = async () => {
    let i = 0;
    for await (const value of found) await memory.set(keys[i++], value);
  };
  const error = await assertRejects(set, KeyError);
  assertEquals(error.key, "none");
  for (const key of keys) {
    const bytes = await (await memory.get(key)).bytes();
    assert(bytes.every((byte) => byte === Number(key)));
    assertEquals(bytes.length, key === "19" ? 100_000 : SMALL);
  }
  await server.shutdown();
});
