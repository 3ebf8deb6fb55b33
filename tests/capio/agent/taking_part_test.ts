import { assertEquals, assertMatch } from "@std/assert";
import { freePort } from "../../support/free_port.ts";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";
import { AgentProcess, Machines, TestMachine } from "./machines.ts";

/** Checks that an agent has ended with one line. */
async function assertRefused(
  { result }: AgentProcess,
  message: RegExp,
): Promise<void> {
  const { code, stdout, stderr } = await result;
  assertEquals({ code, stdout }, { code: 1, stdout: "" });
  assertMatch(stderr, message);
  assertEquals(stderr.trim().split("\n").length, 1);
}

Deno.test({
  name: "who takes part in a run on several machines, and who does not",
  ignore: !hasNatsServer,
  async fn(t) {
    await using server = await NatsServer.start();
    await t.step("a second agent stands by, and takes over", async () => {
      await using machines = new Machines(server);
      const [north] = await machines.start("north");
      const first = north.agent;
      const second = north.startSoon();
      // It says so.
      await second.untilPrinted(/takes over/);
      first.kill();
      await second.ready;
      assertEquals(await machines.stop(), [0]);
      assertEquals(north.entries(), []);
    });
    await t.step("a machine whose name another one has", async () => {
      await using machines = new Machines(server);
      await machines.start("north");
      await using other = new TestMachine(machines, "north", "other");
      await assertRefused(
        other.startSoon(),
        /The run has another machine "north".*--machine.*--anew/,
      );
      assertEquals(other.entries(), []);
      assertEquals(await machines.stop(), [0]);
    });
    await t.step("a machine with another configuration", async () => {
      await using machines = new Machines(server, { IO_Graph: [] });
      await machines.start("north");
      const other = machines.path("other.json");
      Deno.writeTextFileSync(other, '{ "name": "other", "IO_Graph": [] }');
      await using south = new TestMachine(machines, "south");
      await assertRefused(
        south.startSoon(`--capio-cl=${other}`),
        /another CAPIO-CL configuration.*same file/,
      );
      assertEquals(await machines.stop(), [0]);
    });
    await t.step("a run that is ended by another one", async () => {
      await using machines = new Machines(server);
      const [north] = await machines.start("north");
      await using south = new TestMachine(machines, "south");
      await south.start("--anew");
      const { code, stderr } = await north.agent.result;
      assertEquals(code, 1);
      assertMatch(stderr, /The run has ended without this machine/);
      // It can take part in the new one.
      await north.start();
      south.agent.kill("SIGTERM");
      north.agent.kill("SIGTERM");
      assertEquals((await south.agent.result).code, 0);
      assertEquals((await north.agent.result).code, 0);
    });
    await t.step("a machine is there until all have ended", async () => {
      await using machines = new Machines(server);
      const [north, south] = await machines.start("north", "south");
      north.agent.kill("SIGTERM");
      await using step = south.step({ code: "", app: "late" });
      assertEquals((await step.result).code, 0);
      assertEquals(await isPending(north.agent.result), true);
      south.agent.kill("SIGTERM");
      assertEquals((await north.agent.result).code, 0);
      assertEquals((await south.agent.result).code, 0);
    });
    await t.step("a machine that is told to end at once", async () => {
      await using machines = new Machines(server);
      const [north] = await machines.start("north");
      north.agent.kill("SIGINT");
      assertEquals((await north.agent.result).code, 130);
      assertEquals(north.entries(), []);
      // Nobody else was there, so that another run begins at once.
      await north.start();
      assertEquals(await machines.stop(), [0]);
    });
  },
});

Deno.test("an agent says in one line that there is no server", async () => {
  using directory = new TemporaryDirectory();
  const address = `127.0.0.1:${freePort()}`;
  await using agent = new AgentProcess(directory.path, { address }, [
    "--workflow-name=w",
    "--machine=north",
    "--server-timeout-seconds=0.1",
  ]);
  await assertRefused(agent, new RegExp(`Cannot connect to ${address}: `));
  assertEquals(directory.names(), []);
});

Deno.test({
  name: "an agent says in one line that its server has no JetStream",
  ignore: !hasNatsServer,
  async fn() {
    await using server = await NatsServer.start({ jetStream: false });
    using directory = new TemporaryDirectory();
    await using agent = new AgentProcess(directory.path, server, [
      "--workflow-name=w",
      "--machine=north",
    ]);
    await assertRefused(agent, /no JetStream.*-js/);
  },
});

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const later = new Promise((resolve) => setTimeout(resolve, 0, "later"));
  return await Promise.race([promise, later]) === "later";
}
