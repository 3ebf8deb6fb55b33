import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { JournalStream } from "../../../../src/capio/agent/server/journal_stream.ts";
import { refusedPermission } from "../../../../src/capio/agent/server/permissions.ts";
import {
  Received,
  type StoredMessage,
} from "../../../../src/capio/agent/translation/received.ts";
import {
  type JournalMessage,
  type RunNames,
  runNames,
} from "../../../../src/capio/agent/wire/mod.ts";
import { CapioError } from "../../../../src/capio/platform/mod.ts";
import {
  connectNats,
  type NatsConnected,
  NatsError,
} from "../../../../src/nats/mod.ts";
import { hasNatsServer, NatsServer } from "../../../support/nats_server.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const never = new AbortController().signal;

/** The connection of one agent. */
class Agent implements AsyncDisposable {
  readonly #connected: NatsConnected;
  readonly #names: RunNames;
  readonly stream: JournalStream;

  private constructor(connected: NatsConnected, names: RunNames) {
    this.#connected = connected;
    this.#names = names;
    this.stream = new JournalStream(connected, names);
  }

  static async start(
    server: NatsServer,
    names: RunNames,
    login: { user?: string; pass?: string } = {},
  ): Promise<Agent> {
    const connected = await connectNats({ servers: server.address, ...login });
    return new Agent(connected, names);
  }

  /** Drops all messages of the stream but the last ones. */
  async keep(count: number): Promise<void> {
    const { streams } = await this.#manager();
    await streams.purge(this.#names.stream, { keep: count });
  }

  /** Gives the stream so many bytes. */
  async limit(bytes: number): Promise<void> {
    const { streams } = await this.#manager();
    await streams.update(this.#names.stream, { max_bytes: bytes });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connected.connection.close();
  }

  #manager() {
    const { libraries: { jetstream }, connection } = this.#connected;
    return jetstream.jetstreamManager(connection);
  }
}

function message(epoch: number, from: number, size = 10): JournalMessage {
  const to = from + size;
  const event = {
    event: "end",
    member: "1-00000000",
    ending: "left",
    why: `${from}`.padEnd(size, "."),
    by: "1-00000000",
    time: 0,
  } as const;
  return { epoch, from, to, machines: [], lines: [{ end: to, event }] };
}

function newRun(): RunNames {
  return runNames(crypto.randomUUID());
}

async function take(
  messages: AsyncIterable<StoredMessage>,
  count: number,
): Promise<StoredMessage[]> {
  const taken: StoredMessage[] = [];
  for await (const one of messages) {
    taken.push(one);
    if (taken.length === count) break;
  }
  return taken;
}

Deno.test({
  name: "the journal stream of a run",
  ignore: !hasNatsServer,
  fn: async (t) => {
    await using server = await NatsServer.start();

    await t.step(
      "has what was published, from the beginning, and what follows",
      async () => {
        const names = newRun();
        await using north = await Agent.start(server, names);
        await using south = await Agent.start(server, names);
        await north.stream.create();
        await south.stream.create();
        assertEquals(
          await north.stream.publish("north", message(0, 0), never),
          1,
        );
        const reading = take(south.stream.messages(never), 3);
        await south.stream.publish("south", message(0, 0), never);
        await north.stream.publish("north", message(1, 10), never);
        const all = await reading;
        assertEquals(all.map((it) => it.machine), ["north", "south", "north"]);
        assertEquals(all.map((it) => it.seq), [1, 2, 3]);
        assertEquals(all[2].message, message(1, 10));
      },
    );

    await t.step("ends for its readers when it is removed", async () => {
      const names = newRun();
      await using north = await Agent.start(server, names);
      await north.stream.create();
      assert(await north.stream.isReachable());
      const reading = take(north.stream.messages(never), 1);
      await north.stream.remove();
      const error = await assertRejects(() => reading, CapioError);
      assertEquals(error.code, "MACHINE_LOST");
      await assertRejects(
        () => north.stream.publish("north", message(0, 0), never),
        CapioError,
        "The run has ended without this machine",
      );
      assertEquals(await north.stream.isReachable(), false);
    });

    await t.step("says in one line that it was cut", async () => {
      const names = newRun();
      await using north = await Agent.start(server, names);
      await north.stream.create();
      for (let at = 0; at < 50; at += 10) {
        await north.stream.publish("north", message(0, at), never);
      }
      await north.keep(2);
      await assertRejects(
        () => take(north.stream.messages(never), 1),
        CapioError,
        "The server has lost a part of the journal of the run: message 1 was " +
          "expected, found 4. End the run with --anew",
      );
    });

    await t.step("says in one line that its bytes are used up", async () => {
      const names = newRun();
      await using north = await Agent.start(server, names);
      await north.stream.create();
      await north.limit(1000);
      const error = await assertRejects(
        () => north.stream.publish("north", message(0, 0, 1000), never),
        CapioError,
      );
      assertEquals(
        error.message,
        "Cannot publish in the journal of the run, which is kept whole while " +
          'the run lives: the stream has its "max_bytes": raise them, for ' +
          `instance with nats stream edit ${names.stream} --max-bytes`,
      );
    });

    await t.step("an abort ends what waits", async () => {
      const names = newRun();
      await using north = await Agent.start(server, names);
      await north.stream.create();
      const enough = new AbortController();
      const reading = take(north.stream.messages(enough.signal), 1);
      await north.stream.publish("north", message(0, 0), never);
      await reading;
      const more = take(north.stream.messages(enough.signal), 2);
      enough.abort();
      assert((await more).length < 2);
      await assertRejects(
        () => north.stream.publish("north", message(0, 0), enough.signal),
        DOMException,
      );
    });
  },
});

Deno.test({
  name: "a journal stream outlives kills of its server, and has each line once",
  ignore: !hasNatsServer,
  fn: async () => {
    await using server = await NatsServer.start();
    const names = newRun();
    await using north = await Agent.start(server, names);
    await using south = await Agent.start(server, names);
    await north.stream.create();
    const lines = 2000;
    const reading = (async () => {
      const received = new Received();
      const texts: unknown[] = [];
      for await (const one of south.stream.messages(never)) {
        for (const line of received.take(one)) {
          if (line.event === "end") texts.push(line.why);
        }
        if (texts.length >= lines) return texts;
      }
      throw new Error("It ended early");
    })();
    const epoch = await north.stream.publish("north", message(0, 0), never);
    for (let line = 1; line < lines; line++) {
      const sent = north.stream.publish(
        "north",
        message(epoch, 10 * line),
        never,
      );
      if (line === 500 || line === 1500) {
        await server.kill();
        await server.startAgain();
      }
      await sent;
    }
    const expected = Array.from(
      { length: lines },
      (_, line) => `${10 * line}`.padEnd(10, "."),
    );
    assertEquals(await reading, expected);
  },
});

Deno.test({
  name: "what a server does not allow is said in one line",
  ignore: !hasNatsServer,
  fn: async (t) => {
    using directory = new TemporaryDirectory();
    const config = join(directory.path, "server.conf");
    Deno.writeTextFileSync(
      config,
      `jetstream { store_dir: "${directory.path}", max_file_store: 1MB }
      authorization { users: [
        { user: all, password: secret1 }
        { user: reads, password: secret2, permissions: {
          publish: ["$JS.API.>", "$JS.ACK.>"], subscribe: ">" } }
        { user: writes, password: secret3, permissions: {
          publish: ["sluice.>", "$JS.API.STREAM.>"], subscribe: ">" } }
        { user: deaf, password: secret5, permissions: {
          publish: ">", subscribe: "_INBOX.>" } }
        { user: nothing, password: secret4, permissions: {
          publish: ["sluice.>"], subscribe: ">" } }
      ] }`,
    );
    await using server = await NatsServer.start({
      jetStream: false,
      args: ["-c", config],
    });
    const names = newRun();
    await using all = await Agent.start(server, names, {
      user: "all",
      pass: "secret1",
    });
    await all.stream.create();

    const start = (user: string, pass: string) =>
      Agent.start(server, names, { user, pass });
    const refused = async (what: () => Promise<unknown>, text: string) => {
      const { code, message } = await assertRejects(what, NatsError);
      assertEquals(code, "NO_PERMISSION");
      assert(message.startsWith(`Cannot ${text}: the user lacks a`), message);
      assert(!message.includes("\n") && !message.includes("secret"), message);
    };

    await t.step("to publish", async () => {
      await using agent = await start("reads", "secret2");
      await refused(
        () => agent.stream.publish("north", message(0, 0), never),
        "publish in the journal of the run",
      );
    });

    await t.step("to read", async () => {
      await using agent = await start("writes", "secret3");
      await refused(
        () => take(agent.stream.messages(never), 1),
        "read the journal of the run",
      );
    });

    await t.step("to make the stream", async () => {
      await using agent = await start("nothing", "secret4");
      await refused(
        () => agent.stream.create(),
        "make the stream of the run",
      );
    });

    await t.step("what has no answer", async () => {
      const connected = await connectNats({
        servers: server.address,
        user: "deaf",
        pass: "secret5",
      });
      const signal = refusedPermission(connected);
      const refusal = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => refusal.resolve());
      connected.connection.subscribe(names.bytes("north"));
      await refusal.promise;
      await refused(
        () => Promise.reject(signal.reason),
        "take part in the run",
      );
      await connected.connection.close();
    });

    await t.step("to store more", async () => {
      const error = await assertRejects(async () => {
        for (let at = 0;; at += 100_000) {
          await all.stream.publish("north", message(0, at, 100_000), never);
        }
      }, CapioError);
      assertEquals(
        error.message,
        "Cannot publish in the journal of the run, which is kept whole while " +
          "the run lives: JetStream has no more space for it: raise " +
          '"max_file_store" of the server, or the limit of the account',
      );
    });

    await t.step("to use JetStream", async () => {
      await using without = await NatsServer.start({ jetStream: false });
      await using agent = await Agent.start(without, names);
      const error = await assertRejects(() => agent.stream.create(), NatsError);
      assertEquals(error.code, "NO_JETSTREAM");
      assertEquals(
        error.message,
        "Cannot make the stream of the run: the server has no JetStream for " +
          "this account: start it with -js",
      );
    });
  },
});
