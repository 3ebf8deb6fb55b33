import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { fromFileUrl } from "@std/path";
import {
  JoinedStore,
  MemoryStore,
  openStore,
  StoreError,
  UrlStore,
} from "../../../src/store/mod.ts";
import { BaseEvent } from "../../../src/events/mod.ts";
import { stdConfigArgs } from "../../../tools/std_config.ts";
import { temporaryPath } from "../../support/temporary_directory.ts";

/** Serves a directory under `/data/`, and notes the requests. */
function serve(answer: (request: Request) => Response | undefined) {
  const requests: { path: string; headers: Headers }[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => {
      const path = `${request.method} ${new URL(request.url).pathname}`;
      requests.push({ path, headers: request.headers });
      return answer(request) ?? file(request);
    },
  );
  const { port } = server.addr;
  return {
    requests,
    host: `127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function file(request: Request): Response {
  const { pathname } = new URL(request.url);
  if (pathname.endsWith("index.json")) return new Response("", { status: 404 });
  const [, first, last] =
    /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("Range") ?? "") ?? [];
  const bytes = new TextEncoder().encode("0123456789");
  const part = first ? bytes.slice(Number(first), Number(last) + 1) : bytes;
  const headers = {
    "Content-Length": String(part.length),
    "Content-Range": `bytes ${first}-${last}/10`,
  };
  const status = first ? 206 : 200;
  const body = request.method === "HEAD" ? null : part;
  return new Response(body, { status, headers });
}

/** All that a program could show of an error. */
function shown(error: unknown): string {
  let text = "";
  for (let at = error; at instanceof Error; at = at.cause) {
    text += `${at.message}\n${at.stack}\n${Deno.inspect(at)}\n`;
    text += JSON.stringify(at);
  }
  return text;
}

Deno.test("user and password of a URL are sent, and stand nowhere else", async () => {
  let status = 0;
  await using server = serve(() =>
    status ? new Response("", { status }) : undefined
  );
  const url = `http://us%40er:pa%20ss@${server.host}/data?key=hidden#hidden`;
  const texts: string[] = [];
  const store = new UrlStore(url);
  store.eventManager.connect(
    BaseEvent,
    (event) => void texts.push(Deno.inspect(event, { depth: 9 })),
  );
  await store.connect();
  assertEquals(
    await (await store.get("a")).bytes(),
    new TextEncoder().encode("0123456789"),
  );
  for (const { headers } of server.requests) {
    assertEquals(headers.get("Authorization"), `Basic ${btoa("us@er:pa ss")}`);
  }
  texts.push(
    store.url,
    Deno.inspect(store),
    JSON.stringify(await store.info()),
  );
  const joined = new JoinedStore([new MemoryStore(), store]);
  texts.push(JSON.stringify(await joined.info()));
  const failing = async (call: () => Promise<unknown>) => {
    texts.push(shown(await assertRejects(call, Error)));
  };
  await failing(() => Array.fromAsync(store.queryKeys()));
  status = 403;
  await failing(() => store.get("a"));
  await failing(() => openStore(url));
  status = 0;
  const value = await store.get("a");
  await server[Symbol.asyncDispose]();
  await failing(() => store.get("a"));
  await failing(() => value.bytes());
  await failing(() => openStore(url));
  for (
    const wrong of [
      `ftp://us%40er:pa%20ss@host`,
      `http://us@er:pa ss@ho st/`,
      "xyz://us%40er:pa%20ss@host?hidden",
    ]
  ) {
    await failing(() => openStore(wrong));
    texts.push(shown(assertThrows(() => new UrlStore(wrong))));
  }
  for (const text of texts) {
    assert(!/us(%40|@)er|pa(%20| )ss|hidden|dXNAZXI/.test(text), text);
  }
});

Deno.test("headers go along with a redirect to the same origin only, a range to any", async () => {
  await using other = serve(() => undefined);
  let to = "";
  await using server = serve(({ url }) =>
    url.includes("/data/") && !url.endsWith("index.json")
      ? Response.redirect(to, 307)
      : undefined
  );
  const headers = { "X-Token": "secret", Authorization: "Bearer secret" };
  await using store = await new UrlStore(`http://${server.host}/data/`, {
    headers,
  }).connect();
  const read = async () => {
    const range = await store.getDataRange("a", 2, 5);
    return await new Response(range as BodyInit).text();
  };
  to = `http://${server.host}/elsewhere/a?signature=x`;
  assertEquals(await read(), "234");
  assertEquals(server.requests.map(({ path }) => path), [
    "GET /data/index.json",
    ...["HEAD /data/a", "HEAD /elsewhere/a"],
    ...["GET /data/a", "GET /elsewhere/a"],
  ]);
  for (const { headers } of server.requests) {
    assertEquals(headers.get("X-Token"), "secret");
    assertEquals(headers.get("Authorization"), "Bearer secret");
  }
  to = `http://u:p@${other.host}/a?signature=x`;
  assertEquals(await read(), "234");
  assertEquals(other.requests.map(({ path }) => path), ["HEAD /a", "GET /a"]);
  assertEquals(other.requests[1].headers.get("Range"), "bytes=2-4");
  for (const { headers } of other.requests) {
    assertEquals(headers.get("X-Token"), null);
    assertEquals(headers.get("Authorization"), null);
  }
});

Deno.test("headers do not come back with a redirect that comes back, nor go to an index elsewhere", async () => {
  const own = { host: "" };
  await using other = serve(({ url }) =>
    url.endsWith("/a")
      ? Response.redirect(`http://${own.host}/back`, 302)
      : new Response("{}")
  );
  await using server = serve(({ url }) =>
    url.endsWith("/data/a")
      ? Response.redirect(`http://${other.host}/a`, 302)
      : undefined
  );
  own.host = server.host;
  const options = { headers: { "X-Token": "secret" } };
  await using store = await new UrlStore(`http://${server.host}/data/`, options)
    .connect();
  await store.get("a");
  const back = server.requests.find(({ path }) => path === "HEAD /back");
  assertEquals(back?.headers.get("X-Token"), null);
  const index = `http://${other.host}/index.json`;
  await using _ = await new UrlStore(`http://${server.host}/data/`, {
    ...options,
    index,
  }).connect();
  assertEquals(other.requests.at(-1)?.headers.get("X-Token"), null);
});

Deno.test("redirects without end and to other schemes are refused", async () => {
  let to = "";
  await using server = serve(({ url }) =>
    url.endsWith("index.json")
      ? undefined
      : new Response(null, { status: 302, headers: { Location: to } })
  );
  await using store = await new UrlStore(`http://${server.host}/`).connect();
  for (
    const [location, message] of [
      ["/again?token=hidden", "no more than 20 redirects"],
      ["file:///etc/passwd", 'a redirect to "http:" or "https:"'],
      ["data:,x", 'a redirect to "http:" or "https:"'],
      ["http://", "a redirect to"],
    ]
  ) {
    to = location;
    const error = await assertRejects(
      () => store.get("a"),
      StoreError,
      message,
    );
    assertEquals(error.code, "HTTP");
    assert(!shown(error).includes("hidden"));
  }
});

Deno.test("a redirect from HTTPS to HTTP is refused", async () => {
  const tls = fromFileUrl(import.meta.resolve("../../tstorage/server/tls"));
  const code = `
    import { UrlStore } from "${
    import.meta.resolve("../../../src/store/mod.ts")
  }";
    let isAsked = false;
    const plain = Deno.serve({ port: 0, onListen() {} }, () => {
      isAsked = true;
      return new Response("x");
    });
    const server = Deno.serve({
      port: 0,
      onListen() {},
      cert: Deno.readTextFileSync("${tls}/localhost.pem"),
      key: Deno.readTextFileSync("${tls}/localhost_key.pem"),
    }, ({ url }) => url.endsWith("index.json")
      ? new Response("", { status: 404 })
      : Response.redirect("http://localhost:" + plain.addr.port + "/"));
    const store = await new UrlStore("https://localhost:" + server.addr.port).connect();
    await store.get("a").catch(({ message }) => console.log(message));
    console.log(isAsked);
    Deno.exit();`;
  const script = `${temporaryPath()}.ts`;
  await Deno.writeTextFile(script, code);
  const args = ["run", "-A", "--no-check", `--cert=${tls}/ca.pem`];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args, ...await stdConfigArgs(), script],
  }).output();
  const text = new TextDecoder().decode(stdout) +
    new TextDecoder().decode(stderr);
  assert(text.includes('expected a redirect to "https:"'), text);
  assert(text.endsWith("false\n"), text);
});

Deno.test("an index without end is refused, with the option that raises the limit", async () => {
  let isCancelled = false;
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () =>
      new Response(
        new ReadableStream({
          pull: (controller) =>
            controller.enqueue(new Uint8Array(65_536).fill(32)),
          cancel: () => void (isCancelled = true),
        }),
      ),
  );
  const url = `http://127.0.0.1:${server.addr.port}/`;
  for (const options of [{ maxIndexBytes: 1_000_000 }, {}]) {
    const error = await assertRejects(
      () => openStore(url, options),
      StoreError,
      'raise "maxIndexBytes"',
    );
    assertEquals(error.code, "DAMAGED");
  }
  await server.shutdown();
  assert(isCancelled);
  assertThrows(() => new UrlStore(url, { maxIndexBytes: 0 }), RangeError);
});

Deno.test("a header that HTTP does not allow is refused, and not shown", () => {
  for (const value of ["Bearer hid\nden", "Bearer hidden\u20ac"]) {
    const headers = { Authorization: value };
    const error = assertThrows(
      () => new UrlStore("http://localhost/", { headers }),
      TypeError,
      '"headers" must be',
    );
    assert(!/hid/.test(error.message), error.message);
  }
});
