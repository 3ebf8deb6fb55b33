import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { request } from "node:http";
import {
  serveWorkflowPage,
  type WorkflowStatus,
} from "../../../src/capio/mod.ts";
import { WatchedPage } from "./watched_page.ts";
import { EMPTY_STATUS } from "../observe/empty_status.ts";

const STATUS: WorkflowStatus = {
  ...EMPTY_STATUS,
  members: [{ id: "a", app: "a", pid: 7, joined: 100, state: "running" }],
};

function statusOf(size: number, count = 1): WorkflowStatus {
  const files = Array.from({ length: count }, (_, i) => ({
    path: `${i}.csv`,
    phase: "open" as const,
    size,
    writers: ["a"],
    created: 200,
  }));
  return { ...STATUS, files };
}

/** Asks with a Host of its own, which `fetch` does not let through. */
function statusWithHost(
  url: string,
  headers: Record<string, string>,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers, agent: false }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode));
    }).on("error", reject).end();
  });
}

async function answerTo(url: string, method = "GET") {
  const response = await fetch(url, { method, redirect: "manual" });
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
}

Deno.test("the page is at an address with a new token, and nowhere else", async () => {
  await using page = serveWorkflowPage();
  await using other = serveWorkflowPage();
  assertMatch(page.url, /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\/$/);
  const token = new URL(page.url).pathname;
  assertNotEquals(new URL(other.url).pathname, token);
  const { origin } = new URL(page.url);
  for (
    const [path, status] of [
      [token, 200],
      [`${token}timeline.svg`, 200],
      [token.slice(0, -1), 308],
      ["/", 404],
      ["/live", 404],
      [`${token}other`, 404],
      [`${token}live/more`, 404],
      [token.replace(/..$/, "./"), 404],
      [`${token.slice(0, -2)}/`, 404],
      [`/${token}`, 404],
    ] as const
  ) {
    assertEquals((await answerTo(origin + path)).status, status, path);
  }
  const redirection = await answerTo(page.url.slice(0, -1));
  assertEquals(redirection.headers.get("location"), token);
});

Deno.test("only GET and HEAD are answered, HEAD without a body", async () => {
  await using page = serveWorkflowPage();
  for (const name of ["", "live", "timeline.svg"]) {
    const { status, text, headers } = await answerTo(page.url + name, "HEAD");
    assertEquals([status, text], [200, ""], name);
    assertMatch(headers.get("cache-control") ?? "", /^no-store\b/);
    assertEquals(headers.get("referrer-policy"), "no-referrer");
  }
  const { status, headers } = await answerTo(page.url, "POST");
  assertEquals([status, headers.get("allow")], [405, "GET, HEAD"]);
});

Deno.test("the page lets nothing in but its own script and style", async () => {
  await using page = serveWorkflowPage();
  const { headers, text } = await answerTo(page.url);
  const policy = headers.get("content-security-policy") ?? "";
  const [, nonce] = /script-src 'nonce-([\w-]+)'/.exec(policy) ?? [];
  assert(policy.startsWith("default-src 'none'; "));
  assertEquals(text.match(/<script/g)?.length, 1);
  assert(text.includes(`<script nonce="${nonce}">`));
  assert(text.includes(`<style nonce="${nonce}">`));
  assertEquals(/\son\w+=|style="|src="|url\(|https?:/.test(text), false);
  const again = await answerTo(page.url);
  assertEquals(again.text.includes(nonce), false);
});

Deno.test("requests with another name or from another page are refused", async () => {
  await using page = serveWorkflowPage();
  const { port } = new URL(page.url);
  for (
    const [headers, status] of [
      [{ host: `127.0.0.1:${port}` }, 200],
      [{ host: `localhost:${port}` }, 200],
      [{ host: `evil.example:${port}` }, 403],
      [{ origin: "http://evil.example" }, 403],
      [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" }, 403],
      [{ host: "a b" }, 400],
    ] as const
  ) {
    const got = await statusWithHost(`${page.url}timeline.svg`, headers);
    assertEquals(got, status, JSON.stringify(headers));
  }
});

Deno.test("the timeline is a picture in which names are text", async () => {
  await using page = serveWorkflowPage();
  const [file] = statusOf(5).files;
  page.show({ ...STATUS, files: [{ ...file, path: "<script>x</script>" }] });
  const { headers, text } = await answerTo(`${page.url}timeline.svg`);
  assertEquals(headers.get("content-type"), "image/svg+xml");
  assertMatch(text, /&lt;script&gt;x/);
  assertEquals(text.includes("<script"), false);
});

Deno.test("a browser gets the page, then what changes, then the end", async () => {
  await using page = serveWorkflowPage({ steps: ["a", "b"] });
  page.show(statusOf(1, 3));
  await using watched = new WatchedPage(page.url);
  const { headers } = await watched.connect();
  assertEquals(headers.get("content-type"), "text/event-stream");
  const first = await watched.next();
  const whole = JSON.parse(first?.data ?? "");
  assertEquals(first?.event, "page");
  assertEquals(whole.files.length, 3);
  assertEquals(whole.steps.map((it: { name: string }) => it.name), ["a", "b"]);

  const grown = statusOf(1, 3);
  page.show({
    ...grown,
    files: grown.files.with(1, { ...grown.files[1], size: 2 }),
  });
  const second = await watched.next();
  const update = JSON.parse(second?.data ?? "");
  assertEquals(second?.event, "update");
  assertEquals(update.files.map((it: { path: string }) => it.path), ["1.csv"]);
  assertEquals(update.steps, undefined);
  assertNotEquals(second?.id, first?.id);

  page.print("b", ["hello"]);
  page.endStep("b", { code: 3, signal: null });
  const { steps, head } = await watched.until(({ steps }) => steps);
  assertEquals(steps[0].printed, ["hello"]);
  assertEquals(head.trouble.text, 'Step "b" failed with exit code 3');

  page.end();
  page.print("b", ["too late"]);
  const last = await watched.until(({ head }) => head);
  assertEquals(last.head.outcome.kind, "failed");
  assertEquals((await watched.next())?.event, "end");
});

Deno.test("a browser that comes again gets only what it lacks", async () => {
  await using page = serveWorkflowPage();
  page.show(statusOf(1, 3));
  await using before = new WatchedPage(page.url);
  await before.connect();
  const { id } = await before.next() ?? {};
  await using again = new WatchedPage(page.url);
  await again.connect(id);
  page.show(statusOf(1, 4));
  const added = await again.next();
  assertEquals(added?.event, "update");
  assertEquals(JSON.parse(added?.data ?? "").files.length, 1);

  await using late = new WatchedPage(page.url);
  await late.connect(id);
  const whole = await late.next();
  assertEquals(whole?.event, "page");
  assertEquals(JSON.parse(whole?.data ?? "").files.length, 4);
});

Deno.test("a browser that comes after the end gets the last state", async () => {
  await using page = serveWorkflowPage();
  page.show(statusOf(1, 3));
  page.end({ kind: "well", text: "All ended well" });
  await using watched = new WatchedPage(page.url);
  await watched.connect();
  const { data } = await watched.next() ?? {};
  assertEquals(JSON.parse(data ?? "").head.outcome.text, "All ended well");
  assertEquals((await watched.next())?.event, "end");
});

Deno.test("what happens while a browser takes nothing is told in one update", async () => {
  await using page = serveWorkflowPage();
  page.show(statusOf(0, 2_000));
  await using watched = new WatchedPage(page.url);
  await watched.connect();
  await watched.next();
  // Each state would be some 200 kB: far more than sockets take.
  for (let size = 1; size <= 300; size++) {
    page.show(statusOf(size, 2_000));
    if (size % 100 === 0) await new Promise((done) => setTimeout(done, 50));
  }
  let updates = 0;
  await watched.until(({ files }) => {
    updates++;
    return files?.[0].size === 300;
  });
  assert(updates < 10, `${updates} updates`);
});

Deno.test("a browser that takes nothing at all does not hold up the end", async () => {
  const page = serveWorkflowPage();
  page.show(statusOf(1, 5_000));
  const { port, pathname } = new URL(page.url);
  using conn = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(port),
  });
  await conn.write(new TextEncoder().encode(
    `GET ${pathname}live HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`,
  ));
  await conn.read(new Uint8Array(1));
  page.end();
  await page.close();
});

Deno.test("very many browsers at the same time are told to come later", async () => {
  await using page = serveWorkflowPage();
  await using stack = new AsyncDisposableStack();
  for (let i = 0; i < 32; i++) {
    const watched = stack.use(new WatchedPage(page.url));
    assertEquals((await watched.connect()).status, 200);
  }
  const { status, headers } = await answerTo(`${page.url}live`);
  assertEquals([status, headers.get("retry-after")], [503, "10"]);
});

Deno.test("steps that end after all were told to stop have not gone wrong", async () => {
  const stopping = new AbortController();
  await using page = serveWorkflowPage({ signal: stopping.signal });
  page.show(STATUS);
  stopping.abort();
  page.endStep("a", { code: 143, signal: "SIGTERM" });
  page.end({ kind: "interrupted", text: "Interrupted" });
  await using watched = new WatchedPage(page.url);
  await watched.connect();
  const { head, steps } = await watched.until(({ head }) => head);
  assertEquals(head.trouble, undefined);
  assertEquals(steps[0].state, "stopped");
});

Deno.test("an address for all interfaces is told as this machine reaches it", async () => {
  await using page = serveWorkflowPage({ hostname: "0.0.0.0" });
  assertMatch(page.url, /^http:\/\/127\.0\.0\.1:/);
  assertEquals((await answerTo(page.url)).status, 200);
});

Deno.test("what the page cannot be served with is refused", () => {
  for (const token of ["", "a/b", "a b", "ü"]) {
    assertThrows(() => serveWorkflowPage({ token }), TypeError, '"token"');
  }
  // deno-lint-ignore no-explicit-any
  const steps: any = "a";
  assertThrows(() => serveWorkflowPage({ steps }), TypeError, '"steps"');
});
