import { assert, assertEquals } from "@std/assert";
import { JournalStream } from "../../../src/capio/agent/server/journal_stream.ts";
import { Received } from "../../../src/capio/agent/translation/received.ts";
import { RunRecords } from "../../../src/capio/agent/server/run_record.ts";
import { runNames, WIRE_FORMAT } from "../../../src/capio/agent/wire/mod.ts";
import {
  clusterWarning,
  connectNats,
  type NatsConnected,
} from "../../../src/nats/mod.ts";
import { NatsCluster, untilReady } from "../../support/nats_cluster.ts";
import { hasNatsServer } from "../../support/nats_server.ts";

const never = new AbortController().signal;

Deno.test({
  name: "a run on three servers goes on when the leader is killed",
  // It takes 15 s, most of them until there is another leader.
  ignore: !hasNatsServer || !Deno.env.has("SLUICE_LONG"),
  fn: async () => {
    await using cluster = await NatsCluster.start();
    await using resources = new AsyncDisposableStack();
    const connect = async () => {
      const connected = await connectNats({ servers: cluster.address });
      resources.defer(() => connected.connection.close());
      return connected;
    };
    const [north, south] = [await connect(), await connect()];
    assert(clusterWarning(north)?.includes('cluster "test" have version 2.9.'));
    const records = new RunRecords(north, "flights");
    await untilReady(() => records.open());
    const names = runNames(crypto.randomUUID());
    const stream = new JournalStream(north, names);
    await untilReady(() => stream.create());

    const reading = (async () => {
      const received = new Received();
      const paths: string[] = [];
      for await (const one of new JournalStream(south, names).messages(never)) {
        for (const line of received.take(one)) {
          if (line.event === "remove") paths.push(line.path);
        }
        if (paths.length === 300) return paths;
      }
      throw new Error("It ended early");
    })();
    const by = "1-00000000";
    let epoch = 0;
    for (let i = 0; i < 300; i++) {
      const event = { event: "remove", path: `${i}`, by, time: 0 } as const;
      const lines = [{ end: i + 1, event }];
      const message = { epoch, from: i, to: i + 1, machines: [], lines };
      const sent = stream.publish("north", message, never);
      if (i === 100) {
        await (await leaderOf(cluster, north, names.stream)).kill();
      }
      const seq = await sent;
      epoch ||= seq;
    }
    const expected = Array.from({ length: 300 }, (_, i) => `${i}`);
    assertEquals(await reading, expected);
    const record = { format: WIRE_FORMAT, run: crypto.randomUUID() };
    assert(await records.create(1, record));
    assertEquals((await records.latest())?.record, record);
  },
});

async function leaderOf(
  cluster: NatsCluster,
  { connection, libraries: { jetstream } }: NatsConnected,
  stream: string,
) {
  const manager = await jetstream.jetstreamManager(connection);
  const info = await manager.streams.info(stream);
  assertEquals(info.config.num_replicas, 3);
  return cluster.named(info.cluster?.leader ?? "");
}
