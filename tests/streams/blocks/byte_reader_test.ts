import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ByteReader, type Duplex } from "../../../src/streams/mod.ts";
import { pattern } from "../_data.ts";

const data = pattern(100_000);

/** The same bytes as a byte stream and as a stream of chunks. */
const STREAMS = {
  "a byte stream": () => new Blob([data]).stream(),
  "a stream of chunks": () =>
    ReadableStream.from(
      (function* () {
        for (let at = 0; at < data.length; at += 30_001) {
          yield data.slice(at, at + 30_001);
        }
      })(),
    ),
};

for (const [kind, open] of Object.entries(STREAMS)) {
  Deno.test(`${kind} is read into a buffer that the caller keeps`, async () => {
    const reader = new ByteReader(open());
    const all = new Uint8Array(data.length + 1);
    let at = 0;
    for (let count; (count = await reader.read(all.subarray(at))) > 0;) {
      at += count;
    }
    assertEquals(at, data.length);
    assertEquals(all.subarray(0, at), data);
    assertEquals(await reader.read(all), 0);
  });

  Deno.test(`${kind} fills one buffer again and again`, async () => {
    const reader = new ByteReader(open());
    let buffer = new Uint8Array(4_096);
    let at = 0;
    for (;;) {
      const part = await reader.fill(buffer);
      if (part.length === 0) break;
      assertEquals(part.buffer.byteLength, 4_096);
      assertEquals(part, data.subarray(at, at + part.length));
      at += part.length;
      buffer = new Uint8Array(part.buffer);
    }
    assertEquals(at, data.length);
  });

  Deno.test(`${kind} fills the end of a buffer and keeps its start`, async () => {
    await using reader = new ByteReader(open());
    const buffer = new Uint8Array(100).fill(7);
    const part = await reader.fill(buffer.subarray(60));
    assertEquals(part.byteOffset, 60);
    const whole = new Uint8Array(part.buffer);
    assertEquals(whole.subarray(0, 60), new Uint8Array(60).fill(7));
    assertEquals(part, data.subarray(0, part.length));
  });
}

Deno.test("fill reads a byte stream into the caller's own memory", async () => {
  let view: ArrayBufferView | null | undefined;
  const readable = new ReadableStream({
    type: "bytes",
    pull({ byobRequest }) {
      view = byobRequest?.view;
      byobRequest?.respond(3);
    },
  });
  await using reader = new ByteReader(readable);
  const part = await reader.fill(new Uint8Array(262_144));
  assertEquals(part.length, 3);
  assertEquals(view?.byteLength ?? 0, 0, "the request had another buffer");
  assertEquals(part.buffer.byteLength, 262_144);
});

Deno.test("both sides of a socket are a duplex", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const connecting = Deno.connect({ hostname: "127.0.0.1", port });
  const server: Duplex = await listener.accept();
  const client: Duplex = await connecting;
  const writer = server.writable.getWriter();
  await writer.write(pattern(10));
  await writer.close();
  const reader = new ByteReader(client.readable);
  const part = await reader.fill(new Uint8Array(262_144));
  assertEquals(part, pattern(10));
  assertEquals((await reader.fill(new Uint8Array(part.buffer))).length, 0);
  await client.writable.close();
  await server.readable.cancel();
});

Deno.test("a reader that is cancelled cancels its stream, also while it reads", async () => {
  let reason: unknown;
  const readable = new ReadableStream<Uint8Array>({
    cancel: (why) => void (reason = why),
  });
  const reader = new ByteReader(readable);
  const read = reader.read(new Uint8Array(1));
  await reader.cancel("enough");
  assertEquals(await read, 0);
  assertEquals(reason, "enough");
});

Deno.test("a stream that fails or is locked is refused", async () => {
  const failing = new ReadableStream<Uint8Array>({
    type: "bytes",
    pull: (controller) => controller.error(new Error("gone")),
  });
  const reader = new ByteReader(failing);
  await assertRejects(() => reader.fill(new Uint8Array(1)), Error, "gone");
  assertThrows(
    () => new ByteReader(failing),
    TypeError,
    "another reader has locked",
  );
});

Deno.test("a block that ends with the failure of a stream ends with nothing else", async () => {
  for (const type of [undefined, "bytes"] as const) {
    const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
      type: type as "bytes",
      pull() {
        throw new Error("no more");
      },
    });
    const error = await assertRejects(async () => {
      await using reader = new ByteReader(source);
      await reader.read(new Uint8Array(1));
    });
    assertEquals(String(error), "Error: no more");
  }
});
