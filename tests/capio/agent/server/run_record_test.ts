import { assert, assertEquals, assertRejects } from "@std/assert";
import { RunRecords } from "../../../../src/capio/agent/server/run_record.ts";
import { WIRE_FORMAT } from "../../../../src/capio/agent/wire/mod.ts";
import { CapioError } from "../../../../src/capio/platform/mod.ts";
import {
  connectNats,
  type NatsConnected,
  NatsError,
} from "../../../../src/nats/mod.ts";
import { hasNatsServer, NatsServer } from "../../../support/nats_server.ts";

const RACERS = 10;

Deno.test({
  name: "the records of a workflow's runs",
  ignore: !hasNatsServer,
  fn: async (t) => {
    await using server = await NatsServer.start();
    await using resources = new AsyncDisposableStack();
    const connections: NatsConnected[] = [];
    for (let i = 0; i < RACERS; i++) {
      const connected = await connectNats({ servers: server.address });
      resources.defer(() => connected.connection.close());
      connections.push(connected);
    }
    const [connected] = connections;
    const newRecord = () => ({ format: WIRE_FORMAT, run: crypto.randomUUID() });
    const newName = () => `a name.of > * ${crypto.randomUUID()} ünd/more`;

    await t.step("the latest one has the highest number", async () => {
      const records = new RunRecords(connected, newName());
      await records.open();
      await records.open();
      assertEquals(await records.latest(), undefined);
      for (let n = 1; n <= 11; n++) {
        const record = { ...newRecord(), digest: `${n}` };
        assert(await records.create(n, record));
        const latest = await records.latest();
        assertEquals([latest?.n, latest?.record], [n, record]);
      }
      assertEquals((await records.read(3))?.record.digest, "3");
      assertEquals(await records.read(12), undefined);
      const others = new RunRecords(connected, newName());
      assertEquals(await others.latest(), undefined);
    });

    await t.step("of several machines that begin a run one does", async () => {
      const name = newName();
      const racers = connections.map((it) => new RunRecords(it, name));
      for (let n = 1; n <= 10; n++) {
        const made = await Promise.all(racers.map(async (records) => {
          const record = newRecord();
          return await records.create(n, record) && record;
        }));
        const winners = made.filter((it) => it !== false);
        assertEquals(winners.length, 1);
        assertEquals((await racers[0].latest())?.record, winners[0]);
      }
    });

    await t.step("of several changes to a record one counts", async () => {
      const name = newName();
      const racers = connections.map((it) => new RunRecords(it, name));
      await racers[0].create(1, newRecord());
      for (let round = 0; round < 10; round++) {
        const stored = await racers[0].read(1);
        assert(stored);
        const changed = await Promise.all(
          racers.map((records, i) =>
            records.update(stored, {
              ...stored.record,
              left: [`${round}-${i}`],
            })
          ),
        );
        assertEquals(changed.filter((it) => it).length, 1);
        const now = await racers[0].read(1);
        assertEquals(now?.record.left, [`${round}-${changed.indexOf(true)}`]);
      }
    });

    await t.step("a record of another version is refused", async () => {
      const records = new RunRecords(connected, newName());
      await records.create(1, { ...newRecord(), format: 2 });
      const error = await assertRejects(() => records.latest(), CapioError);
      assertEquals(error.code, "UNKNOWN_FORMAT");
      assertEquals(
        error.message,
        "The agents of the run must have format 1, found 2. Use the same " +
          "version of sluice on all machines",
      );
    });

    await t.step("a server that comes back is awaited", async () => {
      const records = new RunRecords(connected, newName());
      const record = newRecord();
      await records.open();
      await server.kill();
      const creating = records.create(1, record);
      await server.startAgain();
      assert(await creating);
      assertEquals((await records.latest())?.record, record);
    });

    await t.step("a server that stays away fails in one line", async () => {
      const records = new RunRecords(connected, newName(), {
        serverTimeoutSeconds: 0.1,
      });
      await server.kill();
      const error = await assertRejects(() => records.latest(), NatsError);
      assert(error.message.startsWith("Cannot read the records of"));
      const enough = new AbortController();
      const { signal } = enough;
      const waiting = new RunRecords(connected, newName(), { signal }).latest();
      enough.abort();
      await assertRejects(() => waiting, DOMException);
    });
  },
});
