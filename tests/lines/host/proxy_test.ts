import { assertEquals, assertStringIncludes } from "@std/assert";
import { LineHostMirror, LineHostReader } from "../../../src/lines/mod.ts";
import {
  apache,
  caddy,
  isInstalled,
  nginx,
  WebServer,
  type WebServerKind,
  type WebServerPlace,
} from "../../support/web_servers.ts";
import { serveHost } from "./_served_host.ts";

const DOCUMENT = await Deno.readTextFile(
  new URL("../../../docs/lines.md", import.meta.url),
);

const PROXY_MODULES = ["proxy", "proxy_http"];

/** Each passes everything on to the address that is given as its root. */
const PROXIES: readonly WebServerKind[] = [
  nginx("nginx as it is by default", passAll),
  nginx(
    "nginx that compresses and caches",
    passAll,
    ({ own }) =>
      `proxy_cache_path ${own}/f keys_zone=lines:1m;
     gzip on; gzip_types *; gzip_min_length 1; gzip_proxied any;
     proxy_cache lines; proxy_cache_valid any 1m;`,
  ),
  apache(
    "Apache that compresses",
    PROXY_MODULES,
    ({ root }) => `SetOutputFilter DEFLATE\nProxyPass / ${root}/`,
  ),
  caddy("Caddy that compresses", ({ root, port }) =>
    `http://127.0.0.1:${port} {
       encode zstd gzip
       reverse_proxy ${root}
     }`),
  nginx("nginx as documented", documented("nginx")),
  apache("Apache as documented", PROXY_MODULES, documented("apache")),
  caddy("Caddy as documented", documented("text", /^logs\.example\.com \{/)),
];

function passAll({ root }: WebServerPlace): string {
  return `location / { proxy_pass ${root}; }`;
}

/** The configuration that docs/lines.md has, for a host elsewhere. */
function documented(
  language: string,
  begin: RegExp = /^/,
): (place: WebServerPlace) => string {
  const blocks = DOCUMENT.matchAll(/^```(\w+)\n([^]*?)\n```$/gm);
  const block = [...blocks].find(([, name, text]) =>
    name === language && begin.test(text)
  );
  return ({ root, port }) =>
    (block?.[2] ?? "missing")
      .replaceAll("http://127.0.0.1:5000", root)
      .replaceAll("127.0.0.1:5000", new URL(root).host)
      .replaceAll("logs.example.com", `http://127.0.0.1:${port}`);
}

for (const kind of PROXIES) {
  Deno.test({
    name: `lines come at once through ${kind.name}`,
    ignore: !await isInstalled(kind),
    async fn() {
      await using served = serveHost();
      const { origin } = new URL(served.address);
      await using proxy = await WebServer.start(kind, origin);
      const address = `${proxy.url}/sync-stream`;
      const signal = AbortSignal.timeout(5_000);

      // The head comes although nothing has been written yet.
      const live = await fetch(`${address}/live`, { signal });
      const texts = live.body?.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (const line of ["one", "two"]) {
        served.host.write(`${line}\n`);
        while (!text.includes(`"${line}"`)) {
          text += (await texts?.read())?.value;
        }
      }
      await texts?.cancel();

      using reader = new LineHostReader(address);
      const items = reader.lines({ stored: true, signal }).getReader();
      await using mirror = new LineHostMirror(address);
      await mirror.write("three\n", { signal });
      for (const line of ["one", "two", "three"]) {
        assertEquals((await items.read()).value, line);
      }
      await items.cancel();

      for (const page of ["", "-state?state=closed", "/view", "/live"]) {
        const { status } = await fetch(address + page, { method: "HEAD" });
        assertEquals(status, 200, page);
      }
      await mirror.close();
      reader.close();
      // Else Apache would wait for the next heartbeat before it ends.
      await served[Symbol.asyncDispose]();
    },
  });
}

Deno.test("a HEAD is answered as a GET would be, without its body", async () => {
  await using served = serveHost();
  served.host.write("a line\n".repeat(20));
  const heads = async (page: string, method: string) => {
    const response = await fetch(served.address + page, { method });
    const text = method === "HEAD" ? await response.text() : "";
    await response.body?.cancel();
    const { status, headers } = response;
    const types = ["content-type", "cache-control", "x-accel-buffering"];
    return { status, text, types: types.map((name) => headers.get(name)) };
  };
  for (
    const page of [
      ...["", "?n=3", "?n=x", "-state?state=closed", "-state", "/view"],
      ...["/live", "/live?stored=false", "/other"],
    ]
  ) {
    assertEquals(await heads(page, "HEAD"), await heads(page, "GET"), page);
  }
  const { response } = await served.ask("PUT", "/live");
  assertEquals(response.headers.get("allow"), "GET, HEAD");
  assertStringIncludes(
    (await heads("/live", "HEAD")).types.join(),
    "no-transform,no",
  );
});
