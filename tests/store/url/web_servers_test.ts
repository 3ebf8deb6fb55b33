import { assert, assertEquals, assertRejects } from "@std/assert";
import { gzipSync } from "node:zlib";
import { StoreError, UrlStore } from "../../../src/store/mod.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";
import { isInstalled, WebServer } from "../../support/web_servers.ts";
import { WEB_SERVERS } from "./_web_servers.ts";

const text = (text: string) => new TextEncoder().encode(text);
const gzip = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes));
const large = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 251);
const csv = text("time,delay\n00:10,5\n".repeat(500));

const FILES: Readonly<Record<string, Uint8Array>> = {
  "empty.csv": new Uint8Array(),
  "one.csv": text("x"),
  "x.csv": csv,
  "large.bin": large,
  "x.csv.gz": gzip(csv),
  "a b+c%20d#e?f&g=ü.csv": text("odd name"),
  "sub/y.csv": text("in a directory"),
  "app.html": text("<!doctype html><title>app</title>"),
};

const root = new TemporaryDirectory();
globalThis.addEventListener("unload", () => root[Symbol.dispose]());
// Apache reads as another user when it is started by root.
Deno.chmodSync(root.path, 0o755);
for (const [name, bytes] of Object.entries(FILES)) {
  const path = `${root.path}/${name}`;
  Deno.mkdirSync(path.replace(/[^/]*$/, ""), { recursive: true });
  Deno.writeFileSync(path, bytes);
}
Deno.mkdirSync(`${root.path}/indexed`);
Deno.writeFileSync(
  `${root.path}/indexed/keys.json.gz`,
  gzip(text('{"only.csv":{"year":2024}}')),
);
Deno.writeTextFileSync(`${root.path}/indexed/only.csv`, "only");
Deno.mkdirSync(`${root.path}/always`);
Deno.writeFileSync(`${root.path}/always/x.csv.gz`, gzip(csv));
Deno.writeFileSync(
  `${root.path}/always/index.json.gz`,
  gzip(text('{"x.csv":{}}')),
);

for (const kind of WEB_SERVERS) {
  Deno.test({
    name: `UrlStore reads what ${kind.name} serves, whole and in ranges`,
    ignore: !await isInstalled(kind),
    async fn(test) {
      await using server = await WebServer.start(kind, root.path);
      for (const path of ["", "/nohead", "/signed"]) {
        await test.step(`${path || "/"}`, async () => {
          const query = path === "/signed" ? "?sig=hidden" : "";
          const url = `${server.url}${path}/${query}`;
          await using store = await new UrlStore(url).connect();
          assert(!store.url.includes("hidden"));
          for (const [key, bytes] of Object.entries(FILES)) {
            assertEquals(await store.toBytes(key), bytes, key);
            const value = await store.get(key);
            assertEquals(value.size, bytes.length, key);
            assert(value.modified instanceof Date);
            const range = await store.getDataRange(key, 3, 250_000);
            assertEquals(
              await new Response(range as BodyInit).bytes(),
              bytes.slice(3, 250_000),
              key,
            );
          }
          assertEquals(await store.exists("no/such"), false);
          assertEquals((await store.info()).index, false);
        });
      }
      await test.step("a signature that is missing", async () => {
        const url = `${server.url}/signed/`;
        await assertRejects(() => new UrlStore(url).connect(), StoreError);
      });
      await test.step("an index that is compressed", async () => {
        const options = { index: "keys.json.gz" };
        const url = `${server.url}/indexed`;
        await using store = await new UrlStore(url, options).connect();
        assertEquals(await Array.fromAsync(store.query()), [
          ["only.csv", { year: 2024 }],
        ]);
        assertEquals(await store.toBytes("only.csv"), text("only"));
      });
      await test.step("no index, and 403 or a page in its place", async () => {
        for (const path of ["/forbidden", "/app"]) {
          const url = `${server.url}${path}`;
          const error = await assertRejects(
            () => new UrlStore(url).connect(),
            StoreError,
            "{ index: false }",
          );
          assert(["HTTP", "DAMAGED"].includes(error.code));
          await using store = await new UrlStore(url, { index: false })
            .connect();
          assertEquals(await store.toBytes("x.csv"), csv);
        }
      });
      await test.step("gzip that is declared as the coding", async () => {
        const url = `${server.url}/coded`;
        await using store = await new UrlStore(url).connect();
        // Its name says that it is compressed: then it is wanted so.
        assertEquals(await store.toBytes("x.csv.gz"), gzip(csv));
      });
      await test.step({
        name: "gzip, whatever is asked for",
        ignore: kind.name !== "nginx",
        async fn() {
          await using store = await new UrlStore(`${server.url}/always`)
            .connect();
          assertEquals(await Array.fromAsync(store.queryKeys()), ["x.csv"]);
          assertEquals(await store.toBytes("x.csv"), csv);
          assertEquals((await store.get("x.csv")).size, csv.length);
          const range = await store.getDataRange("x.csv", 10, 30);
          assertEquals(
            await new Response(range as BodyInit).bytes(),
            csv.slice(10, 30),
          );
        },
      });
      await test.step("many keys at once", async () => {
        await using store = await new UrlStore(server.url).connect();
        const all = await Promise.all(
          Array.from({ length: 40 }, () => store.toBytes("x.csv")),
        );
        for (const bytes of all) assertEquals(bytes, csv);
      });
    },
  });
}
