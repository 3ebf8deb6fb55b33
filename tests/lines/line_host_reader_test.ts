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
} from "../../src/lines/mod.ts";

function serveHost(host = new LineHostBuffer(), port = 0) {
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
    new LineHostBuffer({ maxlen: 3 }),
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
  await assertRejects(() => reader.read(1.5), TypeError, "1.5");
});

Deno.test("errors of the host are one class, with its status", async () => {
  const { server, address } = serveHost(new LineHostBuffer({ token: "t" }));
  await using _server = server;
  using reader = new LineHostReader(address);
  const error = await assertRejects(() => reader.read(), LinesError, "token");
  assertEquals([error.code, error.status], ["rejected", 401]);
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
  await new Promise((resolve) => setTimeout(resolve, 50));
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
  const all = live.take(6);
  await new Promise((resolve) => setTimeout(resolve, 50));
  first.host.write("1\n2\n");
  await new Promise((resolve) => setTimeout(resolve, 50));
  await first.server.shutdown();
  first.host.write("3\n4\n");
  const again = serveHost(first.host, first.port);
  first.host.write("5\n6\n");
  assertEquals(await all, ["1", "2", "3", "4", "5", "6"]);

  await again.server.shutdown();
  const another = serveHost(undefined, first.port);
  another.host.write("a\nb\n");
  assertEquals(await live.take(2), ["a", "b"]);
  await live.cancel();
  await another.server.shutdown();
});
