import { Objm } from "@nats-io/obj";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { deadline, delay } from "@std/async";
import { connectNats } from "../../../src/nats/mod.ts";
import { NatsStore } from "../../../src/store/nats/mod.ts";
import { type Store, StoreError } from "../../../src/store/mod.ts";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";

const bytes = (length: number) => {
  const all = new Uint8Array(length);
  for (let i = 0; i < length; i++) all[i] = i * 7 % 251;
  return all;
};
/** More than a request brings, and no multiple of a chunk. */
const LARGE = bytes(5 * 2 ** 20 + 77);

/** Runs a test with a store, and the library of NATS on the same bucket. */
function withBoth(
  name: string,
  test: (
    store: Store,
    objects: ObjectStoreOfLibrary,
    server: NatsServer,
  ) => Promise<void>,
): void {
  Deno.test({ name, ignore: !hasNatsServer, fn });
  async function fn() {
    await using server = await NatsServer.start();
    await using store = await new NatsStore(`nats://${server.address}/bucket`)
      .connect();
    const { connection } = await connectNats({ servers: server.address });
    try {
      await test(store, await new Objm(connection).open("bucket"), server);
    } finally {
      await connection.close();
    }
  }
}

type ObjectStoreOfLibrary = Awaited<ReturnType<Objm["open"]>>;

withBoth(
  "the library of NATS reads what a store has written",
  async (store, objects) => {
    await store.set("a/b c", {
      data: LARGE,
      metadata: { text: "t", list: [1, null] },
    });
    const found = await objects.info("a/b c");
    assertEquals(found?.size, LARGE.length);
    assertEquals(found?.metadata?.text, "t");
    assertEquals(await objects.getBlob("a/b c"), LARGE);
    await store.fromBytes("empty", new Uint8Array());
    assertEquals((await objects.getBlob("empty"))?.length, 0);
    await store.delete("empty");
    assertEquals(await objects.getBlob("empty"), null);
    assertEquals((await objects.list()).map(({ name }) => name), ["a/b c"]);
  },
);

withBoth(
  "a store reads what the library of NATS has written",
  async (store, objects) => {
    await objects.putBlob({
      name: "x",
      metadata: { by: "library" },
      options: { max_chunk_size: 1000 },
    }, LARGE.subarray(0, 100_500));
    const value = await store.get("x");
    assertEquals(value.metadata, { by: "library" });
    assertEquals(await value.bytes(), LARGE.slice(0, 100_500));
    const range = new Response(value.range(99_999, 100_100));
    assertEquals(await range.bytes(), LARGE.slice(99_999, 100_100));
    await store.updateMetadata("x", { n: 1 });
    assertEquals((await objects.info("x"))?.metadata?.by, "library");
    assertEquals(await objects.getBlob("x"), LARGE.slice(0, 100_500));
    await objects.delete("x");
    assertEquals(await store.exists("x"), false);
  },
);

withBoth(
  "a part is found among the chunks of other objects",
  async (store, objects) => {
    const small = (n: number) => bytes(300).fill(n);
    const chunks = LARGE.subarray(0, 40_000);
    const sets = Array.from(
      { length: 10 },
      (_, n) => objects.putBlob({ name: `other${n}` }, small(n)),
    );
    await Promise.all([
      objects.putBlob({ name: "x", options: { max_chunk_size: 500 } }, chunks),
      ...sets,
      ...sets.map((_, n) => store.fromBytes(`more${n}`, small(n))),
    ]);
    const value = await store.get("x");
    for (
      const [start, end] of [[0, 1], [499, 501], [20_000, 39_999], [
        39_500,
        40_000,
      ]]
    ) {
      const range = new Response(value.range(start, end));
      assertEquals(await range.bytes(), chunks.slice(start, end));
    }
  },
);

withBoth(
  "bytes that are not those of the digest are refused",
  async (store, objects) => {
    await objects.putBlob({ name: "x" }, bytes(100));
    const { connection, libraries } = await connectNats({
      servers: (store as NatsStore).servers,
    });
    const client = libraries.jetstream.jetstream(connection);
    const info = await objects.info("x");
    assert(info);
    const { name, bucket, nuid, size, chunks } = info;
    const subject = `$O.bucket.M.${btoa("x")}`;
    await client.publish(
      subject,
      JSON.stringify({
        ...{ name, bucket, nuid, size, chunks },
        digest: "SHA-256=AAAA",
      }),
    );
    await connection.close();
    const error = await assertRejects(() => store.toBytes("x"), StoreError);
    assertEquals(error.code, "DAMAGED");
  },
);

withBoth(
  "a sweep removes bytes without a name, and no others",
  async (store, objects, server) => {
    await store.fromBytes("kept", LARGE);
    const { connection, libraries } = await connectNats({
      servers: server.address,
    });
    const client = libraries.jetstream.jetstream(connection);
    for (let i = 0; i < 5; i++) {
      await client.publish("$O.bucket.C.orphan", bytes(1000));
    }
    await connection.close();
    const nats = store as NatsStore;
    const before = Number((await nats.info()).bytes);
    assertEquals(await nats.sweep(), 0);
    assertEquals(await nats.sweep({ olderThan: 0 }), 1);
    assert(Number((await nats.info()).bytes) < before - 5000);
    assertEquals(await objects.getBlob("kept"), LARGE);
  },
);

withBoth(
  "a listing ends though all that it waits for is removed meanwhile",
  async (store, _, server) => {
    const { connection, libraries } = await connectNats({
      servers: server.address,
    });
    const manager = await libraries.jetstream.jetstreamManager(connection);
    for (let round = 0; round < 12; round++) {
      await store.fromBytes("a", new Uint8Array(1));
      const listing = Array.fromAsync(store.query());
      await delay(round / 4);
      await manager.streams.purge("OBJ_bucket");
      assert((await deadline(listing, 30_000)).length <= 1);
    }
    await connection.close();
  },
);
