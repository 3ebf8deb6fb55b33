import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { connectNats } from "../../../src/nats/mod.ts";
import { NatsStore } from "../../../src/store/mod.ts";
import { NatsCluster, untilReady } from "../../support/nats_cluster.ts";
import { hasNatsServer } from "../../support/nats_server.ts";

const isLong = Deno.env.has("SLUICE_LONG");
const SIZE = 8 * 2 ** 20;

Deno.test({
  name:
    "a bucket of three servers keeps every value whole while the leader is killed",
  ignore: !hasNatsServer || !isLong,
  fn: async () => {
    await using cluster = await NatsCluster.start();
    const url = `nats://${cluster.address}/bucket`;
    await using store = await untilReady(() =>
      new NatsStore(url, { replicas: 3 }).connect()
    );
    const { replicas, warning } = await store.info();
    assertEquals(replicas, 3);
    // Servers of 2.10.23 or later have none.
    assert(!warning || String(warning).includes('cluster "test"'));
    await store.set("key", new Uint8Array(SIZE).fill(255));
    let stored = 255;
    for (let round = 0; round < 5; round++) {
      const setting = store.set("key", new Uint8Array(SIZE).fill(round))
        .then(() => stored = round, () => undefined);
      await delay(Math.random() * 60);
      const leader = cluster.named(await leaderOf(cluster.address));
      await leader.kill();
      await setting;
      const bytes = await untilReady(async () =>
        await (await store.get("key")).bytes()
      );
      assertEquals(bytes.length, SIZE);
      const [value] = bytes;
      assert(bytes.every((it) => it === value), "a mixture of two values");
      assert(value === stored || value === round, `found ${value}`);
      stored = value;
      await leader.startAgain();
    }
  },
});

async function leaderOf(servers: string): Promise<string> {
  const { connection, libraries } = await connectNats({ servers });
  try {
    return await untilReady(async () => {
      const manager = await libraries.jetstream.jetstreamManager(connection, {
        checkAPI: false,
      });
      const { cluster } = await manager.streams.info("OBJ_bucket");
      if (!cluster?.leader) throw new Error("no leader");
      return cluster.leader;
    });
  } finally {
    await connection.close();
  }
}
