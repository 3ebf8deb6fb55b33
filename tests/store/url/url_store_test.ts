import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { delay } from "@std/async";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import {
  type Metadata,
  openStore,
  StoreError,
  UrlStore,
} from "../../../src/store/mod.ts";
import {
  type TestEntry,
  testReadOnlyStore,
} from "../../../src/store/testing/mod.ts";

/** A server of static files, as good as it is asked to be. */
class FileServer implements AsyncDisposable {
  readonly requests: string[] = [];
  modified = "Wed, 21 Oct 2015 07:28:00 GMT";
  readonly files: Map<string, Uint8Array>;
  readonly options: { ranges?: boolean; etags?: boolean; cut?: boolean };
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(files: FileServer["files"], options: FileServer["options"] = {}) {
    this.files = files;
    this.options = options;
    const listen = { port: 0, hostname: "127.0.0.1", onListen() {} };
    this.#server = Deno.serve(listen, (request) => this.#answer(request));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/data/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #answer(request: Request): Response {
    const path = new URL(request.url).pathname.slice("/data/".length);
    const range = request.headers.get("Range");
    this.requests.push(`${request.method} ${path} ${range ?? ""}`.trim());
    const file = this.files.get(decodeURIComponent(path));
    if (!file) return new Response("missing", { status: 404 });
    const { ranges = true, etags = true, cut = false } = this.options;
    const headers = new Headers({ "Last-Modified": this.modified });
    if (etags) headers.set("ETag", `"${file.length}-${file[0]}"`);
    const match = request.headers.get("If-Match");
    if (match && match !== headers.get("ETag")) {
      return new Response(null, { status: 412 });
    }
    if (request.method === "HEAD") {
      headers.set("Content-Length", String(file.length));
      return new Response(null, { headers });
    }
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
    const part = ranges && first
      ? file.slice(Number(first), Number(last) + 1)
      : file;
    // What Deno.serve does of itself, and other servers do not.
    if (!cut) headers.set("Content-Length", String(part.length));
    // As a stream it is sent without its length.
    const body = cut ? new Blob([part.slice(part.length / 2)]).stream() : part;
    return new Response(body as BodyInit, {
      status: ranges && first ? 206 : 200,
      headers,
    });
  }
}

function filesOf(entries: readonly TestEntry[]): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const index: Record<string, Metadata> = {};
  for (const [key, { data, metadata }] of entries) {
    // What a URL cannot say is in no index either.
    if (/(^|\/)\.\.?(\/|$)|^$/.test(key)) continue;
    files.set(key, data);
    Object.defineProperty(index, key, { value: metadata, enumerable: true });
  }
  files.set("index.json", new TextEncoder().encode(JSON.stringify(index)));
  return files;
}

/** A store that takes its server along when it goes. */
class ServedStore extends UrlStore {
  readonly #server: FileServer;

  constructor(server: FileServer) {
    super(server.url);
    this.#server = server;
  }

  protected override async close(): Promise<void> {
    super.close();
    await this.#server[Symbol.asyncDispose]();
  }
}

testReadOnlyStore("url", (entries) => {
  return new ServedStore(new FileServer(filesOf(entries))).connect();
});

testReadOnlyStore("url of a server without ranges and tags", (entries) => {
  const options = { ranges: false, etags: false };
  return new ServedStore(new FileServer(filesOf(entries), options)).connect();
});

const files = (...keys: string[]) => {
  return new Map(keys.map((key) => [key, new Uint8Array(100_000).fill(1)]));
};

Deno.test("only the bytes of the range are asked for", async () => {
  await using server = new FileServer(files("a/ü b.csv"));
  await using store = await new UrlStore(server.url).connect();
  const range = await store.getDataRange("a/ü b.csv", 10, 30);
  assertEquals((await new Response(range as BodyInit).bytes()).length, 20);
  await (await store.getDataRange("a/ü b.csv", 5, 5)).cancel();
  assertEquals(server.requests, [
    "GET index.json",
    "HEAD a/%C3%BC%20b.csv",
    "GET a/%C3%BC%20b.csv bytes=10-29",
    "HEAD a/%C3%BC%20b.csv",
  ]);
});

Deno.test("without an index keys can be read, not listed", async () => {
  await using server = new FileServer(files("a"));
  await using store = await new UrlStore(server.url).connect();
  assertEquals((await store.get("a")).size, 100_000);
  assertEquals(
    (await store.get("a")).modified,
    new Date("2015-10-21T07:28:00Z"),
  );
  assertEquals(await store.exists("b"), false);
  const error = await assertRejects(
    () => Array.fromAsync(store.queryKeys()),
    StoreError,
    "index.json",
  );
  assertEquals(error.code, "NO_INDEX");
});

Deno.test("a value that changes on the server never mixes old and new bytes", async () => {
  await using server = new FileServer(files("a"));
  await using store = await new UrlStore(server.url).connect();
  const value = await store.get("a");
  server.files.set("a", new Uint8Array(100_000).fill(2));
  const replaced = await assertRejects(() => value.bytes(), StoreError);
  assertEquals(replaced.code, "REPLACED");
  server.files.delete("a");
  const deleted = await assertRejects(() => value.bytes(), StoreError);
  assertEquals(deleted.code, "REPLACED");
});

Deno.test("without tags a changed size or time keeps old and new bytes apart", async () => {
  for (const ranges of [true, false]) {
    const options = { ranges, etags: false };
    await using server = new FileServer(files("a"), options);
    await using store = await new UrlStore(server.url).connect();
    const larger = await store.get("a");
    server.files.set("a", new Uint8Array(200_000).fill(2));
    const later = await store.get("a");
    server.modified = "Thu, 22 Oct 2015 07:28:00 GMT";
    for (const value of [larger, later]) {
      const error = await assertRejects(() => value.bytes(), StoreError);
      assertEquals(error.code, "REPLACED");
    }
    assertEquals((await store.toBytes("a")).length, 200_000);
  }
});

Deno.test("a range has the bytes that were asked for, though the server sends more", async () => {
  const file = new Uint8Array(1_000).map((_, n) => n);
  let first = 0;
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ method, url }) => {
      if (url.endsWith("index.json")) return new Response("", { status: 404 });
      const length = String(file.length);
      return method === "HEAD"
        ? new Response(null, { headers: { "Content-Length": length } })
        : new Response(file.slice(first), {
          status: 206,
          headers: { "Content-Range": `bytes ${first}-999/1000` },
        });
    },
  );
  const { port } = server.addr;
  await using store = await new UrlStore(`http://127.0.0.1:${port}`).connect();
  const read = async () => {
    const range = await store.getDataRange("a", 100, 200);
    return await new Response(range as BodyInit).bytes();
  };
  for (first of [0, 60, 100]) assertEquals(await read(), file.slice(100, 200));
  first = 101;
  await assertRejects(read, StoreError, "from byte 101 only");
});

Deno.test("a value that is now shorter than the range was replaced", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ method, url }) => {
      if (url.endsWith("index.json")) return new Response("", { status: 404 });
      return method === "HEAD"
        ? new Response(null, { headers: { "Content-Length": "9" } })
        : new Response("", { status: 416 });
    },
  );
  const { port } = server.addr;
  await using store = await new UrlStore(`http://127.0.0.1:${port}`).connect();
  const range = await store.getDataRange("a", 5);
  const read = () => new Response(range as BodyInit).bytes();
  const error = await assertRejects(read, StoreError);
  assertEquals(error.code, "REPLACED");
});

Deno.test("a response that ends too early is an error", async () => {
  await using server = new FileServer(files("a"), { cut: true });
  await using store = await new UrlStore(server.url).connect();
  const error = await assertRejects(() => store.toBytes("a"), StoreError);
  assertEquals(error.code, "HTTP");
  assertEquals(error.message.includes("50000 bytes too early"), true);
});

Deno.test("the error of a refused request has its status", async () => {
  let status = 404;
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("no", { status }),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  await using store = await new UrlStore(url).connect();
  status = 403;
  const error = await assertRejects(() => store.get("a"), StoreError, "403");
  assertEquals(error.code, "HTTP");
  await assertRejects(() => new UrlStore(url).connect(), StoreError, "403");
});

Deno.test("the error of a server that is not there has its URL", async () => {
  const server = new FileServer(files("a"));
  const { url } = server;
  const store = await new UrlStore(url, { retries: 1 }).connect();
  const value = await store.get("a");
  await server[Symbol.asyncDispose]();
  const calls = [
    () => value.bytes(),
    () => store.get("a"),
    () => new UrlStore(url).connect(),
  ];
  for (const call of calls) {
    const error = await assertRejects(call, StoreError, "Cannot reach");
    assertEquals(error.code, "HTTP");
  }
});

Deno.test("an index that is not a JSON object of metadata is refused", async () => {
  for (const text of ["[]", "no", '{"a":7}', "null"]) {
    const index = new Map([["index.json", new TextEncoder().encode(text)]]);
    await using server = new FileServer(index);
    const store = new UrlStore(server.url);
    const error = await assertRejects(() => store.connect(), StoreError);
    assertEquals(error.code, "DAMAGED");
  }
});

Deno.test("headers are sent with every request", async () => {
  const tokens: (string | null)[] = [];
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => {
      tokens.push(request.headers.get("Authorization"));
      return new Response("x", { headers: { "Content-Length": "1" } });
    },
  );
  const store = new UrlStore(`http://127.0.0.1:${server.addr.port}`, {
    headers: { Authorization: "Bearer x" },
    index: "no/such/index",
  });
  await assertRejects(() => store.connect(), StoreError);
  assertEquals(tokens, ["Bearer x"]);
});

Deno.test("a URL of another scheme is refused", () => {
  assertThrows(
    () => new UrlStore("ftp://a/"),
    TypeError,
    '"url" must be an http',
  );
  assertThrows(() => new UrlStore("nonsense"), TypeError);
});

Deno.test("requests end when their signal is aborted, though the server never answers", async () => {
  let answering = true;
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async ({ method, signal, url }) => {
      if (url.endsWith("index.json")) return new Response("", { status: 404 });
      if (answering && method === "HEAD") {
        return new Response(null, { headers: { "Content-Length": "9" } });
      }
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return new Response();
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  await using store = await new UrlStore(url).connect();
  const value = await store.get("a");
  answering = false;
  const silent = new UrlStore(url, { index: "silent" });
  const calls: ((options: { signal: AbortSignal }) => Promise<unknown>)[] = [
    (options) => value.bytes(options),
    (options) => Array.fromAsync(value.range(1, 2, options)),
    (options) => store.get("a", options),
    (options) => store.exists("a", options),
    (options) => Array.fromAsync(store.multiget(["a"], options)),
    (options) => silent.connect(options),
  ];
  for (const call of calls) {
    const abort = new AbortController();
    const waiting = call({ signal: abort.signal });
    setTimeout(() => abort.abort(new Error("enough")), 10);
    await assertRejects(() => waiting, Error, "enough");
  }
  assertEquals(silent.isConnected(), false);
});

Deno.test("a server that stalls is asked again, and goes on where it was", async () => {
  const content = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
  const asked: string[] = [];
  let isEndless = false;
  const cancelled = Promise.withResolvers<void>();
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async ({ method, headers }) => {
      const range = headers.get("Range") ?? "";
      if (method === "HEAD") {
        return new Response(null, {
          headers: { ETag: '"one"', "Content-Length": "1000" },
        });
      }
      asked.push(range);
      if (asked.length === 1) await cancelled.promise;
      const start = Number(/\d+/.exec(range)?.[0] ?? 0);
      const end = isEndless || asked.length < 4 ? start + 300 : 1000;
      return new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(content.subarray(start, end));
            if (end === 1000) controller.close();
          },
          cancel: () => cancelled.resolve(),
        }),
        {
          status: range ? 206 : 200,
          headers: {
            ETag: '"one"',
            ...range && { "Content-Range": `bytes ${start}-999/1000` },
          },
        },
      );
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const options = { index: false, timeout: 150 } as const;
  await using store = await new UrlStore(url, options).connect();
  assertEquals(await store.toBytes("a"), content);
  assertEquals(asked, ["", "", "bytes=300-999", "bytes=600-999"]);
  isEndless = true;
  const impatient = new UrlStore(url, { ...options, retries: 0 });
  await using _impatient = await impatient.connect();
  await assertRejects(
    () => impatient.toBytes("a"),
    StoreError,
    "nothing has come for 150 milliseconds",
  );
  // A reader that takes its time is not a server that does.
  isEndless = false;
  const stream = await store.getData("a");
  await delay(200);
  assertEquals(await new Response(stream as BodyInit).bytes(), content);
  assertThrows(() => new UrlStore(url, { timeout: 0 }), RangeError);
});

Deno.test("a stream that is cancelled ends its request, though the server never answers", async () => {
  for (const answer of ["nothing", "the first bytes"]) {
    const over = Promise.withResolvers<void>();
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      async ({ method, signal, url }) => {
        if (url.endsWith("index.json")) {
          return new Response("", { status: 404 });
        }
        if (method === "HEAD") {
          return new Response(null, {
            headers: { "Content-Length": "200000" },
          });
        }
        if (answer === "nothing") {
          await new Promise((resolve) => {
            signal.addEventListener("abort", resolve);
          });
          over.resolve();
          return new Response();
        }
        const body = new ReadableStream({
          start(controller) {
            controller.enqueue(new Uint8Array(100_000));
          },
          cancel: () => over.resolve(),
        });
        return new Response(body);
      },
    );
    const url = `http://127.0.0.1:${server.addr.port}`;
    await using store = await new UrlStore(url).connect();
    const reader = (await store.getData("a")).getReader();
    const read = (async () => {
      while (!(await reader.read()).done);
    })();
    await delay(20);
    await reader.cancel();
    await Promise.all([read, over.promise]);
  }
});

Deno.test("a query of the URL goes along with each request to the origin of the store", async () => {
  const asked: string[] = [];
  await using other = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ url }) => {
      asked.push(url.replace(/.*?[0-9]+\//, "other "));
      return new Response("{}");
    },
  );
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ url, method }) => {
      asked.push(url.replace(/.*?[0-9]+\//, `${method} `));
      const headers = { "Content-Length": "1" };
      return url.includes("json")
        ? new Response('{"a?b":{}}')
        : new Response(method === "HEAD" ? null : "x", { headers });
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const signed = `${url}/data?sv=1&sig=a%2Fb%3D`;
  for (
    const index of [
      undefined,
      "keys.json?own=1",
      `http://127.0.0.1:${other.addr.port}/i.json`,
    ]
  ) {
    await using _ = await new UrlStore(signed, { index }).connect();
  }
  await using store = await new UrlStore(signed).connect();
  assertEquals(store.url, `${url}/data/`);
  await store.toBytes("a?b");
  assertEquals(asked, [
    "GET data/index.json?sv=1&sig=a%2Fb%3D",
    "GET data/keys.json?own=1",
    "other i.json",
    "GET data/index.json?sv=1&sig=a%2Fb%3D",
    "HEAD data/a%3Fb?sv=1&sig=a%2Fb%3D",
    "GET data/a%3Fb?sv=1&sig=a%2Fb%3D",
  ]);
});

Deno.test("an index is read through its coding, and its limit counts what comes out", async () => {
  const index = JSON.stringify({ a: { text: "x".repeat(100_000) } });
  const gzip = new Uint8Array(gzipSync(index));
  for (
    const [body, headers] of [
      [gzip, { "Content-Encoding": "gzip" }],
      [gzip, { "Content-Type": "application/gzip" }],
      [new Uint8Array(brotliCompressSync(index)), { "Content-Encoding": "br" }],
      [
        new Uint8Array(deflateSync(gzip)),
        { "Content-Encoding": "gzip, deflate" },
      ],
    ] as const
  ) {
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      () => new Response(body, { headers }),
    );
    const url = `http://127.0.0.1:${server.addr.port}`;
    await using store = await new UrlStore(url).connect();
    assertEquals(await Array.fromAsync(store.queryKeys()), ["a"]);
    assert(body.length < 1000);
    const error = await assertRejects(
      () => new UrlStore(url, { maxIndexBytes: 50_000 }).connect(),
      StoreError,
      "at most 50000 bytes",
    );
    assertEquals(error.code, "DAMAGED");
  }
});

Deno.test("an index may come byte by byte, and has to be in UTF-8", async () => {
  const answers: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
    gzip: new Uint8Array(gzipSync('{"a":{}}')),
    latin: new Uint8Array([...new TextEncoder().encode('{"'), 0xe9, 34, 58]),
  };
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => {
      const bytes = answers[new URL(request.url).pathname.split("/")[1]];
      return new Response(
        new ReadableStream({
          async start(controller) {
            for (const byte of bytes.subarray(0, 3)) {
              controller.enqueue(Uint8Array.of(byte));
              await delay(5);
            }
            controller.enqueue(bytes.subarray(3));
            controller.close();
          },
        }),
      );
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  await using store = await new UrlStore(`${url}/gzip`).connect();
  assertEquals(await Array.fromAsync(store.queryKeys()), ["a"]);
  const error = await assertRejects(
    () => new UrlStore(`${url}/latin`).connect(),
    StoreError,
    "in UTF-8",
  );
  assertEquals(error.code, "DAMAGED");
});

Deno.test("where a server has no index, a store can say so, and the error tells how", async () => {
  for (
    const answer of [
      () => new Response("no", { status: 403 }),
      () => new Response("no", { status: 401 }),
      () =>
        new Response("<html>", { headers: { "Content-Type": "text/html" } }),
      () => new Response(""),
    ]
  ) {
    const asked: string[] = [];
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      ({ url, method }) => {
        asked.push(method);
        return url.endsWith("/a")
          ? new Response(method === "HEAD" ? null : "x", {
            headers: { "Content-Length": "1" },
          })
          : answer();
      },
    );
    const url = `http://127.0.0.1:${server.addr.port}`;
    const error = await assertRejects(
      () => new UrlStore(url).connect(),
      StoreError,
      '{ index: false } or "--no-index"',
    );
    assert(["HTTP", "DAMAGED"].includes(error.code));
    asked.length = 0;
    await using store = await openStore(url, { index: false });
    assertEquals(asked, []);
    assertEquals((await store.toBytes("a")).length, 1);
    const listing = await assertRejects(
      () => Array.fromAsync(store.queryKeys()),
      StoreError,
    );
    assertEquals(listing.code, "NO_INDEX");
  }
});

Deno.test("an index with a number that would be rounded is refused with its place", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response('{"a.csv":{"id":9007199254740993}}'),
  );
  await using store = new UrlStore(`http://127.0.0.1:${server.addr.port}/`);
  const error = await assertRejects(
    async () => {
      await store.connect();
      await Array.fromAsync(store.query({}));
    },
    StoreError,
    '"index.a.csv.id" must be a number that JavaScript holds exactly',
  );
  assertEquals(error.code, "DAMAGED");
});
