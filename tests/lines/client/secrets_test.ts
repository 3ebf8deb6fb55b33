import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  LineHostMirror,
  LineHostReader,
  LinesError,
} from "../../../src/lines/mod.ts";

/** A server that answers with a redirect, and one that notes what comes. */
function serveRedirect(status: number, answer = 200) {
  const seen: Headers[] = [];
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  const body = () =>
    Response.json({ message: answer < 400 ? "success" : "no", data: [] }, {
      status: answer,
    });
  const other = Deno.serve(options, (request) => {
    seen.push(request.headers);
    return body();
  });
  const own: Headers[] = [];
  const first: Deno.HttpServer<Deno.NetAddr> = Deno.serve(
    options,
    (request) => {
      own.push(request.headers);
      const { pathname } = new URL(request.url);
      const port = pathname.startsWith("/here")
        ? first.addr.port
        : other.addr.port;
      if (pathname.startsWith("/there")) return body();
      const location = `http://u:p@127.0.0.1:${port}/there?token=leaked`;
      return new Response(null, { status, headers: { location } });
    },
  );
  return {
    seen,
    own,
    host: `127.0.0.1:${first.addr.port}`,
    async [Symbol.asyncDispose]() {
      await first.shutdown();
      await other.shutdown();
    },
  };
}

const SECRETS = { token: "hunter2", headers: { "X-Key": "hunter2" } };

Deno.test("tokens, headers and logins do not go along to another origin", async () => {
  for (const status of [301, 302, 303, 307, 308]) {
    await using served = serveRedirect(status);
    using reader = new LineHostReader(`http://${served.host}/lines`, SECRETS);
    assertEquals(await reader.read(), []);
    using login = new LineHostReader(`http://me:hunter2@${served.host}/lines`);
    assertEquals(await login.read(), []);
    assertEquals(login.address, `http://${served.host}/lines`);
    assertEquals(served.seen.length, 2);
    for (const headers of served.seen) {
      assertEquals(headers.has("authorization"), false);
      assertEquals(headers.has("x-key"), false);
      assertEquals(headers.get("accept"), "application/json");
    }
    const [first, second] = served.own;
    assertEquals(first.get("authorization"), "Bearer hunter2");
    assertEquals(first.get("x-key"), "hunter2");
    assertEquals(second.get("authorization"), `Basic ${btoa("me:hunter2")}`);
    // Within the origin they do.
    using here = new LineHostReader(`http://${served.host}/here`, SECRETS);
    assertEquals(await here.read(), []);
    assertEquals(served.own.at(-1)?.get("x-key"), "hunter2");
  }
});

Deno.test("errors show no secrets, neither do their causes", async () => {
  await using served = serveRedirect(307, 401);
  const { host } = served;
  const address = `http://me:hunter2@${host}/lines`;
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const closed = `http://me:hunter2@127.0.0.1:${port}/lines`;
  const shown = (error: unknown) => Deno.inspect(error, { depth: 9 });
  for (const place of [address, closed]) {
    using reader = new LineHostReader(place, { timeout: 300, ...SECRETS });
    const error = await assertRejects(() => reader.read(), LinesError);
    assertEquals(/hunter2|leaked/.test(shown(error)), false, shown(error));
    const mirror = new LineHostMirror(place, { timeout: 300, ...SECRETS });
    const lost = await assertRejects(() => mirror.write("x\n"), LinesError);
    assertEquals(/hunter2|leaked/.test(shown(lost)), false, shown(lost));
    await mirror.close().catch(() => {});
  }
  const wrong = assertThrows(
    () => new LineHostReader(`${address}?token=leaked`),
    TypeError,
    "address",
  );
  assertEquals(/hunter2|leaked/.test(wrong.message), false, wrong.message);
});

Deno.test("a redirect in a circle or to something else than HTTP is an error", async () => {
  for (
    const location of ["/lines", "ftp://127.0.0.1/x", "file:///etc/passwd"]
  ) {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response(null, { status: 307, headers: { location } }),
    );
    const { port } = server.addr;
    using reader = new LineHostReader(`http://127.0.0.1:${port}/lines`);
    await assertRejects(() => reader.read(), LinesError, "redirects");
  }
});

Deno.test("a reply or an event without end is refused", async () => {
  let sent = 0;
  const endless = (type: string, begin: string) => {
    const bytes = new TextEncoder().encode("x".repeat(4_096));
    const body = new ReadableStream({
      start: (controller) =>
        controller.enqueue(new TextEncoder().encode(begin)),
      pull: (controller) => {
        sent += bytes.length;
        controller.enqueue(bytes);
      },
    });
    return new Response(body, { headers: { "content-type": type } });
  };
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    ({ url }) =>
      url.includes("/live")
        ? endless("text/event-stream", "data: ")
        : endless("application/json", '{"message":"'),
  );
  using reader = new LineHostReader(
    `http://127.0.0.1:${server.addr.port}/lines`,
    { maxReplyBytes: 100_000 },
  );
  for (
    const read of [() => reader.read(), () => Array.fromAsync(reader.lines())]
  ) {
    sent = 0;
    const error = await assertRejects(read, LinesError, "maxReplyBytes");
    assertEquals(error.code, "REJECTED");
    assertEquals(sent < 20_000_000, true, `${sent} bytes were sent`);
  }
});
