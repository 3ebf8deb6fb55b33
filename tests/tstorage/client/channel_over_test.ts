import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import type { Duplex } from "../../../src/streams/mod.ts";
import {
  Channel,
  ColumnsPayloadType,
  Key,
  openTStorage,
  ResponseStatus,
  serveTStorage,
  StructPayloadType,
  type TStorageDatabase,
  TStorageError,
} from "../../../src/tstorage/mod.ts";
import { duplexPair, withByteStream } from "../duplex_pair.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";
import { ACQ_REPLY } from "../wire_bytes.ts";

const type = new ColumnsPayloadType({ value: "f64" });
const FIRST = new Key(1, 2n, 3, 4n, 5n);
const ALL = [Key.MIN, Key.MAX] as const;

Deno.test("a channel and a server session work over two streams in memory", async () => {
  await using database = openTStorage();
  const [client, server] = duplexPair();
  const session = database.serve(server);
  await putAndGet(Channel.over(client, type));
  await session;
});

Deno.test("a channel and a server session work over byte streams in memory", async () => {
  await using database = openTStorage();
  const [client, server] = duplexPair();
  const session = database.serve(withByteStream(server));
  await putAndGet(Channel.over(withByteStream(client), type));
  await session;
});

Deno.test("a channel and a server session work over a Unix socket", async () => {
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "tstorage.sock");
  await using database = openTStorage();
  using listener = Deno.listen({ transport: "unix", path });
  const sessions = acceptAll(listener, database);
  for (let i = 0; i < 3; i++) {
    const socket = await Deno.connect({ transport: "unix", path });
    await putAndGet(Channel.over(socket, type));
  }
  listener.close();
  assertEquals((await sessions).length, 3);
});

Deno.test("a server with a port serves other streams as well", async () => {
  await using server = serveTStorage({ port: 0 });
  const [client, other] = duplexPair();
  const session = server.serve(other);
  await using over = Channel.over(client, type);
  await using direct = new Channel("127.0.0.1", server.port, type);
  await direct.connect();
  assert((await over.puta([{ key: FIRST, value: { value: 1 } }])).isOk());
  assertEquals((await direct.get(...ALL)).data.length, 1);
  await over.close();
  await session;
});

Deno.test("a refused request gets its answer before the streams end", async () => {
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "tstorage.sock");
  await using database = openTStorage();
  using listener = Deno.listen({ transport: "unix", path });
  const sessions = acceptAll(listener, database);
  const [client, server] = duplexPair();
  const session = database.serve(server);
  for (
    const duplex of [client, await Deno.connect({ transport: "unix", path })]
  ) {
    await using channel = Channel.over(duplex, type);
    const { status } = await channel.get(Key.MAX, Key.MIN);
    assertEquals(status, ResponseStatus.ERROR);
    const next = await channel.getAcq(...ALL);
    assertEquals(next.status, ResponseStatus.DISCONNECTED);
  }
  await session;
  listener.close();
  await sessions;
});

Deno.test("closing the channel ends the session, and closing the database the channel", async () => {
  const database = openTStorage();
  const [client, server] = duplexPair();
  const session = database.serve(server);
  const channel = Channel.over(client, type);
  assert((await channel.connect()).isOk());
  assert((await channel.close()).isOk());
  await session;
  assertEquals((await channel.connect()).status, ResponseStatus.ERROR);

  const [otherClient, otherServer] = duplexPair();
  const other = database.serve(otherServer);
  await using left = Channel.over(otherClient, type);
  assert((await left.getAcq(...ALL)).isOk());
  await database.close();
  await other;
  const { status } = await left.getAcq(...ALL);
  assertEquals(status, ResponseStatus.DISCONNECTED);
  const [, refused] = duplexPair();
  const failure = await assertRejects(
    () => database.serve(refused),
    TStorageError,
    "the database is closed",
  );
  assertEquals(failure.code, "DISCONNECTED");
});

Deno.test("the signal of a session closes its streams", async () => {
  await using database = openTStorage();
  const [client, server] = duplexPair();
  const abort = new AbortController();
  const session = database.serve(server, { signal: abort.signal });
  await using channel = Channel.over(client, type);
  assert((await channel.getAcq(...ALL)).isOk());
  abort.abort();
  await session;
  const { status } = await channel.getAcq(...ALL);
  assertEquals(status, ResponseStatus.DISCONNECTED);
});

Deno.test("the signal of a channel closes its streams", async () => {
  const [client, server] = duplexPair();
  const abort = new AbortController();
  const channel = Channel.over(client, type, { signal: abort.signal });
  const reading = channel.getAcq(...ALL);
  const requests = server.readable.getReader();
  assertEquals((await requests.read()).value?.length, 76);
  abort.abort(new Error("enough"));
  assertEquals((await reading).status, ResponseStatus.DISCONNECTED);
  await assertRejects(() => requests.read(), DOMException);
});

Deno.test("a peer that is silent on streams is DISCONNECTED after the timeout", async () => {
  const [client, server] = duplexPair();
  await using channel = Channel.over(client, type, { timeout: 50 });
  const { status } = await channel.getAcq(...ALL);
  assertEquals(status, ResponseStatus.DISCONNECTED);
  await assertRejects(() => server.writable.getWriter().closed);
});

Deno.test("a channel reads answers that are cut anywhere", async () => {
  for (let cut = 0; cut <= ACQ_REPLY.length; cut++) {
    const [client, server] = duplexPair();
    await using channel = Channel.over(client, type);
    const reading = channel.getAcq(...ALL);
    const writer = server.writable.getWriter();
    await server.readable.getReader().read();
    const parts = [[0, 0], [0, cut], [cut, ACQ_REPLY.length]];
    // The last one may never be read.
    for (const part of parts) {
      writer.write(ACQ_REPLY.subarray(...part)).catch(() => {});
    }
    assertEquals((await reading).acq, 99n);
  }
});

Deno.test("an answer that ends early is DISCONNECTED, on every kind of stream", async () => {
  for (const kind of [withByteStream, (duplex: Duplex) => duplex]) {
    const [client, server] = duplexPair();
    await using channel = Channel.over(kind(client), type);
    const reading = channel.getAcq(...ALL);
    const writer = server.writable.getWriter();
    await server.readable.getReader().read();
    await writer.write(ACQ_REPLY.subarray(0, 15));
    await writer.close();
    assertEquals((await reading).status, ResponseStatus.DISCONNECTED);
    assertEquals((await channel.close()).status, ResponseStatus.ERROR);
  }
});

Deno.test("written chunks are not changed after their write", async () => {
  const [client, server] = duplexPair();
  await using channel = Channel.over(
    client,
    new StructPayloadType<number>("d"),
  );
  const kept: Uint8Array[] = [];
  const receiving = (async () => {
    for await (const chunk of server.readable) {
      kept.push(chunk);
      if (kept.length === 6) break;
    }
    await server.writable.abort();
  })();
  const writer = channel.writable().getWriter();
  writer.closed.catch(() => {});
  const count = 60_000;
  const writing = (async () => {
    for (let i = 0; i < count; i++) {
      await writer.write({ key: FIRST.with({ mid: BigInt(i) }), value: i });
    }
  })();
  await receiving;
  await writing.catch(() => {});
  let expected = 0n;
  for (const chunk of kept.slice(1)) {
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
    for (let at = 8; at + 32 <= chunk.length; at += 32) {
      assertEquals(view.getBigInt64(at + 4, true), expected++);
    }
  }
  assert(expected > 30_000n);
});

Deno.test("a PUT to a peer that reads no more and says nothing is DISCONNECTED", async () => {
  const [client, server] = duplexPair();
  await using channel = Channel.over(client, type);
  await server.readable.cancel();
  const records = [{ key: FIRST, value: { value: 1 } }];
  const { status } = await channel.put(records);
  assertEquals(status, ResponseStatus.DISCONNECTED);
});

Deno.test("streams that are locked are refused, and stay as they were", () => {
  for (const name of ["readable", "writable"] as const) {
    const [client] = duplexPair();
    using _lock = locked(client, name);
    assertThrows(() => Channel.over(client, type), TypeError);
    assertEquals(client.readable.locked, name === "readable");
    assertEquals(client.writable.locked, name === "writable");
  }
});

function locked(duplex: Duplex, name: "readable" | "writable"): Disposable {
  const lock = name === "readable"
    ? duplex.readable.getReader()
    : duplex.writable.getWriter();
  return { [Symbol.dispose]: () => lock.releaseLock() };
}

/** Every kind of request, with more bytes than a buffer holds; then closes. */
async function putAndGet(
  channel: Channel<
    { readonly value: number },
    ReturnType<typeof type.columns.decode>
  >,
): Promise<void> {
  const count = 30_000;
  assert((await channel.connect()).isOk());
  const before = await channel.getAcq(...ALL);
  assert(before.isOk());
  const records = Array.from({ length: count }, (_, i) => ({
    key: new Key(2, BigInt(i), 0, 0n, 0n),
    value: { value: i },
  }));
  assert((await channel.puta(records)).isOk());
  const writer = channel.writable({ withAcq: true }).getWriter();
  await writer.write({
    cid: new Int32Array(count).fill(1),
    mid: BigInt64Array.from({ length: count }, (_, i) => BigInt(i)),
    moid: new Int32Array(count),
    cap: new BigInt64Array(count),
    acq: new BigInt64Array(count),
    value: Float64Array.from({ length: count }, (_, i) => -i),
  });
  await writer.close();
  const { data } = await channel.get(Key.MIN.with({ cid: 2 }), Key.MAX);
  assertEquals(data.length, count);
  assert(data.every(({ value }, i) => value.value === i));
  let at = 0;
  const stream = channel.batches(Key.MIN, Key.MAX.with({ cid: 2 }));
  for await (const { mid, value } of stream) {
    for (let i = 0; i < mid.length; i++, at++) {
      assert(mid[i] === BigInt(at) && value[i] === -at);
    }
  }
  assertEquals(at, count);
  assert((await stream.done).isOk());
  assert((await channel.close()).isOk());
  assertEquals(
    (await channel.get(...ALL)).status,
    ResponseStatus.DISCONNECTED,
  );
}

async function acceptAll(
  listener: Deno.UnixListener,
  database: TStorageDatabase,
): Promise<void[]> {
  const sessions: Promise<void>[] = [];
  for await (const conn of listener) sessions.push(database.serve(conn));
  return await Promise.all(sessions);
}
