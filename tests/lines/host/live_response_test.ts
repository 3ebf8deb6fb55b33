import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { LineHostBuffer } from "../../../src/lines/mod.ts";
import { ERROR, serveHost } from "./_served_host.ts";

Deno.test("small replies come in one segment, head and body together", async () => {
  await using served = serveHost();
  using connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: served.port,
  });
  for (let i = 0; i < 50; i++) {
    await connection.write(new TextEncoder().encode(
      "POST /sync-stream HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
        'Content-Length: 16\r\n\r\n{"type":"close"}',
    ));
    const reply = new Uint8Array(10_000);
    const length = await connection.read(reply) ?? 0;
    assertMatch(
      new TextDecoder().decode(reply.subarray(0, length)),
      /^HTTP\/1.1 201[^]*\r\n\r\n{"message":"success"}$/,
    );
  }
});

Deno.test("live events resume after the identifier that the reader knows", async () => {
  await using served = serveHost();
  const events = async (
    count: number,
    headers: Record<string, string>,
    query = "",
  ) => {
    const response = await fetch(`${served.address}/live${query}`, { headers });
    assertStringIncludes(
      response.headers.get("content-type") ?? "",
      "text/event-stream",
    );
    let text = "";
    const reader = response.body?.pipeThrough(new TextDecoderStream())
      .getReader();
    while ((text.match(/^data:/gm) ?? []).length < count) {
      text += (await reader?.read())?.value;
    }
    await reader?.cancel();
    return text;
  };
  await served.text("one\n<two>\n");
  const all = await events(2, {});
  assertMatch(
    all,
    /^retry: 500\nid: \S+-0\n\nid: \S+-1\ndata: "one"\n\nid: \S+-2\ndata: "<two>"\n\n$/,
  );
  const [id] = /\S+-1$/m.exec(all) ?? [""];
  await served.post(`{"type":"error","data":${ERROR}}`);
  for (
    const resumed of [
      await events(2, { "Last-Event-ID": id }),
      await events(2, {}, `?lastEventId=${id}`),
    ]
  ) {
    assertEquals(resumed.includes('"one"'), false);
    assertStringIncludes(resumed, 'data: "<two>"');
    assertStringIncludes(resumed, '"/type":"GroupedMessage"');
  }
  const other = "00000000-0000-4000-8000-000000000000-2";
  assertStringIncludes(await events(3, { "Last-Event-ID": other }), '"one"');
});

/** Serves a host, and tells when the host has given up a reply. */
function serveWatched(host: LineHostBuffer) {
  const givenUp = Promise.withResolvers<void>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const response = await host.handler(request) ?? new Response();
      const reader = response.body?.getReader();
      const body = new ReadableStream({
        start(controller) {
          reader?.closed.catch((error) => {
            controller.error(error);
            givenUp.resolve();
          });
        },
        async pull(controller) {
          const { done, value } = await reader?.read() ?? { done: true };
          if (done) controller.close();
          else controller.enqueue(value);
        },
        cancel: (reason) => reader?.cancel(reason),
      }, { highWaterMark: 0 });
      return new Response(body, response);
    },
  );
  return {
    port: server.addr.port,
    givenUp: givenUp.promise,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Asks for a path, and reads nothing of the reply. */
async function askWithoutReading(port: number, path: string) {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(
    new TextEncoder().encode(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`),
  );
  return connection;
}

/** How many bytes come before the connection ends. */
async function bytesUntilEnd(connection: Deno.Conn): Promise<number> {
  const buffer = new Uint8Array(1_000_000);
  let received = 0;
  for (;;) {
    const length = await connection.read(buffer).catch(() => null);
    if (length === null) return received;
    received += length;
  }
}

// More than the buffers of two sockets hold.
const MANY_LINES = ("x".repeat(1_000) + "\n").repeat(16_000);

Deno.test("a live reader that stops reading is dropped and holds no memory", async () => {
  const host = new LineHostBuffer({ maxlen: 16_000, stallTimeout: 200 });
  await using served = serveWatched(host);
  host.write(MANY_LINES);
  using connection = await askWithoutReading(served.port, "/sync-stream/live");
  await served.givenUp;
  const received = await bytesUntilEnd(connection);
  assertEquals(received < MANY_LINES.length, true, `${received} bytes`);
});

Deno.test("a client that does not take a large reply is dropped", async () => {
  const host = new LineHostBuffer({ maxlen: 16_000, stallTimeout: 200 });
  await using served = serveWatched(host);
  host.write(MANY_LINES);
  using connection = await askWithoutReading(served.port, "/sync-stream");
  await served.givenUp;
  const received = await bytesUntilEnd(connection);
  assertEquals(received < MANY_LINES.length, true, `${received} bytes`);
  // Who does read gets it whole.
  await using patient = serveHost({ maxlen: 16_000 });
  patient.host.write(MANY_LINES);
  assertEquals((await patient.ask("GET", "")).body.data.length, 16_000);
});

Deno.test("a live stream ends with its server, also if that is stopping already", async () => {
  const host = new LineHostBuffer();
  const live = (signal: AbortSignal) =>
    host.handler(new Request("http://localhost/sync-stream/live"), { signal });
  const stopping = new AbortController();
  const open = (await live(stopping.signal))?.text();
  host.write("one\n");
  await new Promise((resolve) => setTimeout(resolve));
  stopping.abort();
  assertStringIncludes(await open ?? "", 'data: "one"');
  assertEquals(await (await live(AbortSignal.abort()))?.text(), "");
});
