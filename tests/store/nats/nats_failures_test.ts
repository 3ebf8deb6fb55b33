import { assert, assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async";
import { NatsError, NatsStore, openStore } from "../../../src/store/mod.ts";
import { connectNats } from "../../../src/nats/mod.ts";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { freePort } from "../../support/free_port.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const ignore = !hasNatsServer;

async function failureOf(url: string, options = {}): Promise<NatsError> {
  return await assertRejects(
    () => new NatsStore(url, options).connect(),
    NatsError,
  );
}

Deno.test("a URL that names no bucket is refused, and shows no password", () => {
  for (
    const url of [
      "nats://me:secret@host",
      "nats://me:secret@host:4222/",
      "nats://me:secret@host/a/b",
      "nats://me:secret@host/a?b=secret",
      "nats://me:se@cret@/bucket",
      "http://me:secret@host/bucket",
    ]
  ) {
    const { message } = assertThrowsTypeError(() => new NatsStore(url));
    assert(!/se@?cret/.test(message), message);
  }
});

function assertThrowsTypeError(fn: () => unknown): TypeError {
  try {
    fn();
  } catch (error) {
    if (error instanceof TypeError) return error;
    throw error;
  }
  throw new Error("expected a TypeError");
}

Deno.test("a server that is not there, and one that is none of NATS, are told apart", async () => {
  const away = await failureOf(`nats://127.0.0.1:${freePort()}/bucket`);
  assertEquals(away.code, "UNREACHABLE");
  assert(away.message.endsWith("connection refused, no server listens there"));
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const greeting = (async () => {
    using other = await listener.accept();
    await other.write(new TextEncoder().encode("SSH-2.0-OpenSSH_9.2\r\n"));
    await other.read(new Uint8Array(1));
  })();
  const other = await failureOf(
    `nats://127.0.0.1:${listener.addr.port}/bucket`,
  );
  assertEquals(other.code, "UNREACHABLE");
  assert(other.message.endsWith("no NATS, the server speaks something else"));
  await greeting;
});

Deno.test({
  name:
    "a refused login is one line, 200 times in a row, without a secret and without an uncaught error",
  ignore,
  fn: async () => {
    await using server = await NatsServer.start({
      args: ["--user", "me", "--pass", "right"],
    });
    for (let i = 0; i < 200; i++) {
      const error = await failureOf(`nats://me:wr0ng@${server.address}/bucket`);
      assertEquals(error.code, "REFUSED");
      assertEquals(
        error.message,
        `Cannot connect to ${server.address}: the server refuses the login: check user, password or token`,
      );
    }
    await using store = await openStore(
      `nats://me:right@${server.address}/bucket`,
    );
    assertEquals(await store.exists("a"), false);
  },
});

Deno.test({
  name: "no JetStream, no permission, no bucket and a full bucket are one line",
  ignore,
  fn: async () => {
    await using plain = await NatsServer.start({ jetStream: false });
    const none = await failureOf(`nats://${plain.address}/bucket`);
    assertEquals(none.code, "NO_JETSTREAM");

    using directory = new TemporaryDirectory();
    const config = `${directory.path}/config`;
    await Deno.writeTextFile(
      config,
      `authorization { users = [
         { user: all, password: p },
         { user: few, password: p, permissions: {
           publish: ["$JS.API.INFO"], subscribe: ["_INBOX.>"] } },
       ] }`,
    );
    await using server = await NatsServer.start({ args: ["-c", config] });
    await assertRejects(
      () => openStore(`nats://all:p@${server.address}/none`, { create: false }),
      Deno.errors.NotFound,
    );
    const few = await failureOf(`nats://few:p@${server.address}/bucket`);
    assertEquals(few.code, "NO_PERMISSION", few.message);

    const { connection, libraries } = await connectNats({
      servers: server.address,
      user: "all",
      pass: "p",
    });
    const manager = await libraries.jetstream.jetstreamManager(connection);
    await manager.streams.add({
      name: "OBJ_small",
      subjects: ["$O.small.C.>", "$O.small.M.>"],
      max_bytes: 100_000,
      discard: libraries.jetstream.DiscardPolicy.New,
      allow_rollup_hdrs: true,
    });
    await connection.close();
    await using store = await new NatsStore(
      `nats://all:p@${server.address}/small`,
    ).connect();
    await store.fromBytes("a", new Uint8Array(10_000));
    const full = await assertRejects(
      () => store.fromBytes("a", new Uint8Array(200_000)),
      NatsError,
    );
    assertEquals(full.code, "FULL", full.message);
    assertEquals((await store.toBytes("a")).length, 10_000);
  },
});

Deno.test({
  name:
    "a set while the server is killed and comes back is whole or not at all",
  ignore,
  fn: async () => {
    await using server = await NatsServer.start();
    await using store = await new NatsStore(server.newBucket()).connect();
    await store.fromBytes("a", new Uint8Array(1000).fill(1));
    const data = new Uint8Array(10_000_000).fill(2);
    const setting = store.fromBytes("a", data).catch((error) => error);
    await delay(5);
    await server.kill();
    await server.startAgain();
    const failed: unknown = await setting;
    if (failed !== undefined) assert(failed instanceof NatsError, `${failed}`);
    const bytes = await store.toBytes("a");
    const isOld = bytes.length === 1000 && bytes[0] === 1;
    assert(isOld || bytes.length === data.length && bytes.at(-1) === 2);
    if (!failed) assertEquals(bytes.length, data.length);
    await store.fromBytes("a", new Uint8Array(1000).fill(3));
    assertEquals((await store.toBytes("a"))[0], 3);
  },
});
