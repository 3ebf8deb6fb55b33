import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  GroupedMessage,
  LineHostBuffer,
  LineHostReader,
  LinesError,
} from "../../../src/lines/mod.ts";

/** A host that knows how many live streams were asked for. */
class CountingHost extends LineHostBuffer {
  #streams = 0;

  override async handler(request: Request, options = {}) {
    const response = await super.handler(request, options);
    if (new URL(request.url).pathname.endsWith("/live")) this.#streams++;
    return response;
  }

  async untilStreams(count: number) {
    while (this.#streams < count) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

function serveHost(host = new CountingHost(), port = 0) {
  const server = host.serve({ hostname: "127.0.0.1", port });
  const address = `http://127.0.0.1:${server.addr.port}/sync-stream`;
  return { host, server, address, port: server.addr.port };
}

/** Reads the next items of a stream as texts. */
function itemsOf(reader: LineHostReader, stored: boolean) {
  const items = reader.lines({ stored }).getReader();
  return {
    take: async (count: number) => {
      const taken: string[] = [];
      while (taken.length < count) {
        taken.push(String((await items.read()).value));
      }
      return taken;
    },
    cancel: () => items.cancel(),
  };
}

Deno.test("a reader sees what the host shows, and its states", async () => {
  const { host, server, address } = serveHost(
    new CountingHost({ maxlen: 3 }),
  );
  await using _server = server;
  using reader = new LineHostReader(address);
  host.write("1\n2\n3\n");
  host.append(new GroupedMessage("careful", "warning"));
  const items = await reader.read();
  assertEquals(items.slice(0, 2), ["2", "3"]);
  assertInstanceOf(items[2], GroupedMessage);
  assertEquals([items[2].type, `${items[2]}`], ["warning", "careful"]);
  assertEquals((await reader.read(1)).map(String), ["careful"]);
  assertEquals(await reader.read(0), []);
  assertEquals(await reader.state("maxlen"), 3);
  assertEquals(await reader.state("dropped"), 1);
  assertEquals(await reader.state("?&="), null);
  await reader.stopAllMirrors();
  assertEquals([await reader.state("closed"), host.mirrorsStopped], [
    true,
    true,
  ]);
  await reader.resetStates();
  assertEquals(host.mirrorsStopped, false);
  await reader.clear();
  assertEquals(host.read(), []);
  await assertRejects(() => reader.read(1.5), RangeError, "1.5");
});

Deno.test("errors of the host are one class, with its status", async () => {
  const { server, address } = serveHost(new CountingHost({ token: "t" }));
  await using _server = server;
  using reader = new LineHostReader(address);
  const error = await assertRejects(() => reader.read(), LinesError, "token");
  assertEquals([error.code, error.status], ["REJECTED", 401]);
  await assertRejects(
    () => Array.fromAsync(reader.lines()),
    LinesError,
    "token",
  );
  assertThrows(() => new LineHostReader("x"), TypeError, "address");
  await using odd = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => Response.json({ message: "success", data: [{ foo: 1 }] }),
  );
  using oddReader = new LineHostReader(`http://127.0.0.1:${odd.addr.port}/x`);
  await assertRejects(() => oddReader.read(), LinesError, "other items");
  using elsewhere = new LineHostReader(address.replace("sync", "other"));
  await assertRejects(() => elsewhere.read(), LinesError, "404");
});

Deno.test("live items start from now or from what is stored", async () => {
  const { host, server, address } = serveHost();
  await using _server = server;
  using reader = new LineHostReader(address);
  host.write("old\n");
  const stored = itemsOf(reader, true);
  const live = itemsOf(reader, false);
  assertEquals(await stored.take(1), ["old"]);
  const next = live.take(2);
  await host.untilStreams(2);
  host.write("new\nnewer\nha");
  assertEquals(await next, ["new", "newer"]);
  assertEquals(await stored.take(2), ["new", "newer"]);
  host.write("lf\n");
  assertEquals(await live.take(1), ["half"]);
  await stored.cancel();
  await live.cancel();
});

Deno.test("live items go on after the host was stopped, without gaps or repeats", async () => {
  const first = serveHost();
  using reader = new LineHostReader(first.address);
  const live = itemsOf(reader, false);
  const begun = live.take(2);
  await first.host.untilStreams(1);
  first.host.write("1\n2\n");
  assertEquals(await begun, ["1", "2"]);
  const all = live.take(4);
  await first.server.shutdown();
  first.host.write("3\n4\n");
  const again = serveHost(first.host, first.port);
  first.host.write("5\n6\n");
  assertEquals(await all, ["3", "4", "5", "6"]);

  await again.server.shutdown();
  // More than it shows, before the reader is back.
  const another = serveHost(new CountingHost({ maxlen: 2 }), first.port);
  another.host.write("a\nb\nc\nd\n");
  assertEquals(await live.take(4), ["a", "b", "c", "d"]);
  await live.cancel();
  await another.server.shutdown();
});

Deno.test("a reader that was away learns of clearings, each once", async () => {
  const { host, server, address, port } = serveHost();
  using reader = new LineHostReader(address);
  const batches = reader.events({ stored: true }).getReader();
  const take = async (count: number) => {
    const taken: string[] = [];
    while (taken.length < count) {
      for (const event of (await batches.read()).value ?? []) {
        taken.push(event.kind === "item" ? String(event.item) : event.kind);
      }
    }
    return taken;
  };
  host.write("1\n");
  assertEquals(await take(1), ["1"]);
  await server.shutdown();
  host.write("2\n");
  host.clear();
  host.write("3\n");
  const again = serveHost(host, port);
  assertEquals(await take(2), ["clear", "3"]);
  await again.server.shutdown();
  host.clear();
  const third = serveHost(host, port);
  assertEquals(await take(1), ["clear"]);
  await third.server.shutdown();
  const last = serveHost(host, port);
  const next = take(1);
  await host.untilStreams(4);
  host.write("4\n");
  assertEquals(await next, ["4"]);
  await batches.cancel();
  await last.server.shutdown();
});

Deno.test("an item whose event was cut off comes again whole", async () => {
  const asked: (string | null)[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    ({ headers }) => {
      asked.push(headers.get("last-event-id"));
      return new Response(
        asked.length === 1
          ? 'id: b-0\n\nid: b-1\ndata: "one"\n\nid: b-2\nda'
          : 'id: b-1\n\nid: b-2\ndata: "two"\n\n',
        { headers: { "content-type": "text/event-stream" } },
      );
    },
  );
  using reader = new LineHostReader(`http://127.0.0.1:${server.addr.port}/x`);
  const live = itemsOf(reader, true);
  assertEquals(await live.take(2), ["one", "two"]);
  assertEquals(asked, [null, "b-1"]);
  await live.cancel();
});

Deno.test("closing a reader ends its streams, and later calls are errors", async () => {
  const { host, server, address } = serveHost();
  await using _server = server;
  const reader = new LineHostReader(address);
  const live = itemsOf(reader, true);
  host.write("1\n");
  assertEquals(await live.take(1), ["1"]);
  const next = live.take(1);
  reader.close();
  reader.close();
  for (const use of [() => next, () => reader.read()]) {
    const error = await assertRejects(use, LinesError);
    assertEquals(error.code, "CLOSED");
  }
});

Deno.test("a server without a live stream is asked only once", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () =>
      new Response("<h1>Welcome</h1>", {
        headers: { "content-type": "text/html" },
      }),
  );
  using reader = new LineHostReader(`http://127.0.0.1:${server.addr.port}/x`);
  await assertRejects(
    () => Array.fromAsync(reader.lines()),
    LinesError,
    "not a line host",
  );
});

Deno.test("a signal ends the wait for the host, and the live stream", async () => {
  const answered = Promise.withResolvers<Response>();
  await using slow = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => answered.promise,
  );
  const address = `http://127.0.0.1:${slow.addr.port}/x`;
  using waiting = new LineHostReader(address);
  const signal = AbortSignal.timeout(50);
  const waits = [
    waiting.read(1, { signal }),
    waiting.state("closed", { signal }),
    waiting.clear({ signal }),
    waiting.stopAllMirrors({ signal }),
    waiting.resetStates({ signal }),
    waiting.lines({ signal }).getReader().read(),
  ];
  for (const wait of await Promise.allSettled(waits)) {
    assertEquals(wait.status === "rejected" && wait.reason, signal.reason);
  }
  answered.resolve(new Response());

  const { host, server, address: live } = serveHost();
  await using _server = server;
  using reader = new LineHostReader(live);
  const stopping = new AbortController();
  const items = reader.lines({ stored: true, signal: stopping.signal })
    .getReader();
  host.write("1\n");
  assertEquals((await items.read()).value, "1");
  const next = items.read();
  stopping.abort("enough");
  assertEquals(await next.catch((reason) => reason), "enough");
});
