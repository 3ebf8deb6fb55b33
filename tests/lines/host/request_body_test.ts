import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { LineHostBuffer } from "../../../src/lines/mod.ts";
import { seededRandom } from "../../support/seeded_random.ts";
import { ERROR, serveHost } from "./_served_host.ts";

Deno.test("bodies that are not UTF-8 or cut off are not stored", async () => {
  await using served = serveHost();
  const { ask, host, port } = served;
  const bytes = new Uint8Array([
    ...new TextEncoder().encode('{"type":"str","data":{"value":"'),
    0xff,
    0x22,
    0x7d,
    0x7d,
  ]);
  const { status } = await ask("POST", "", {
    body: bytes,
    headers: { "Content-Type": "application/json" },
  });
  assertEquals(status, 400);
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(
    "POST /sync-stream HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
      'Content-Length: 99\r\n\r\n{"type":"str","data":{"value":"x\\n"}}',
  ));
  connection.close();
  assertEquals((await ask("GET", "")).body.data, []);
  assertEquals(host.read(), []);
});

Deno.test("the limit of a body holds while it is read, whatever its headers say", async () => {
  await using served = serveHost({ maxBodyBytes: 10_000 });
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      if ((sent += 4_096) > 50_000_000) return controller.close();
      controller.enqueue(new Uint8Array(4_096).fill(32));
    },
  });
  const { status, body } = await served.ask("POST", "", {
    body: endless,
    headers: { "Content-Type": "application/json" },
  }).catch(() => ({ status: 413, body: { message: "larger than 10000" } }));
  assertEquals(status, 413);
  assertStringIncludes(body.message, "larger than 10000");
  assertEquals(sent < 20_000_000, true, `${sent} bytes were taken`);
});

Deno.test("a body that comes too slowly is refused", async () => {
  await using served = serveHost({ bodyTimeout: 100 });
  using connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: served.port,
  });
  await connection.write(new TextEncoder().encode(
    "POST /sync-stream HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
      'Content-Length: 99\r\n\r\n{"type"',
  ));
  const reply = new Uint8Array(1_000);
  const length = await connection.read(reply) ?? 0;
  assertMatch(
    new TextDecoder().decode(reply.subarray(0, length)),
    /^HTTP\/1.1 408/,
  );
});

Deno.test("no body makes the host fail", async () => {
  const { random, seed } = seededRandom();
  const host = new LineHostBuffer();
  const seeds = [
    '{"type":"str","data":{"value":"x\\n"}}',
    `{"type":"error","data":${ERROR}}`,
    '{"type":"close"}',
    '{"state":"closed","value":"true"}',
  ];
  for (let round = 0; round < 2_000; round++) {
    const bytes = new TextEncoder().encode(
      seeds[Math.floor(random() * seeds.length)],
    );
    for (let i = random() * 4; i > 0; i--) {
      bytes[Math.floor(random() * bytes.length)] = random() * 256;
    }
    const path = random() < 0.2 ? "-state" : "";
    const response = await host.handler(
      new Request(`http://localhost/sync-stream${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: bytes.subarray(0, random() < 0.2 ? random() * 40 : undefined),
      }),
    );
    const status = response?.status ?? 0;
    await response?.json();
    assertEquals(
      [201, 400, 409].includes(status),
      true,
      `${status}, seed ${seed}`,
    );
    host.resetStates();
    JSON.stringify(host.readSerialized());
  }
});

Deno.test("posts that announce much and send nothing keep nobody out", async () => {
  await using served = serveHost();
  const idle: Deno.Conn[] = [];
  for (let i = 0; i < 100; i++) {
    const connection = await Deno.connect({
      hostname: "127.0.0.1",
      port: served.port,
    });
    await connection.write(new TextEncoder().encode(
      "POST /sync-stream HTTP/1.1\r\nHost: localhost\r\n" +
        "Content-Type: application/json\r\nContent-Length: 1048576\r\n\r\n{",
    ));
    idle.push(connection);
  }
  assertEquals((await served.text("x".repeat(1_000_000))).status, 201);
  for (const connection of idle) connection.close();
});

Deno.test("of too many bytes at once the post that stalled first has to go", async () => {
  const host = new LineHostBuffer();
  const post = (body: ReadableStream<Uint8Array>) =>
    host.handler(
      new Request("http://localhost/sync-stream", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body,
      }),
    );
  const part = new TextEncoder().encode(
    '{"type":"close"' + " ".repeat(900_000),
  );
  const statuses: Promise<number | undefined>[] = [];
  const controllers: ReadableStreamDefaultController<Uint8Array>[] = [];
  for (let i = 0; i < 12; i++) {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void controllers.push(controller),
    });
    statuses.push(post(body).then((response) => response?.status));
    controllers[i].enqueue(part);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  // Some of them have failed already.
  for (const controller of controllers) {
    try {
      controller.enqueue(new TextEncoder().encode("}"));
      controller.close();
    } catch {
      // Nobody reads this one any more.
    }
  }
  const [first, ...others] = await Promise.all(statuses);
  assertEquals([first, others.at(-1)], [503, 201]);
  assertEquals(others.every((it) => it === 503 || it === 201), true);
});

Deno.test("malformed hosts and URLs are answered with 400, and never with a stack", async () => {
  await using served = serveHost();
  for (
    const [target, host] of [
      ["/sync-stream", "[::1"],
      ["/sync-stream", "a b"],
      ["/sync-stream", "localhost:99999"],
      ["/sync-stream/%zz", "localhost:x"],
      ["http://[/sync-stream", "localhost"],
      ["//sync-stream", "local host"],
    ]
  ) {
    using connection = await Deno.connect({
      hostname: "127.0.0.1",
      port: served.port,
    });
    await connection.write(new TextEncoder().encode(
      `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    ));
    const reply = await new Response(connection.readable).text();
    assertMatch(reply, /^HTTP\/1.[01] 400/, `${target} ${host}`);
    assertEquals(/ at |file:/.test(reply), false, reply);
  }
});
