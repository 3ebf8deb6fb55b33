import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { delay } from "@std/async";
import { join } from "@std/path";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import {
  configFlag,
  denoFlags,
  ENDLESS,
  isAlive,
  READER,
  Sluice,
  STREAMED,
  TestPlan,
  WRITER,
  WRITER_FLAGS,
} from "./sluice.ts";

const ignore = !hasNatsServer || Deno.build.os === "windows";

/** A machine with a directory of its own, in which the plan lies. */
class Machine implements Disposable {
  readonly plan: TestPlan;
  readonly name: string;

  constructor(name: string, steps: Record<string, string>) {
    this.name = name;
    this.plan = new TestPlan({}, STREAMED);
    const machines = { writer: "north", reader: "south" };
    for (const [step, code] of Object.entries(steps)) {
      this.plan.write(`${step}.ts`, code);
    }
    this.plan.write(
      "plan.json",
      JSON.stringify({
        capioDir: "data",
        workflowName: "test",
        capioCl: "cl.json",
        steps: Object.entries(machines).map(([step, machine]) => ({
          name: step,
          machine,
          script: `${step}.ts`,
          args: ["data"],
          denoFlags: [...WRITER_FLAGS, "--allow-run"],
        })),
      }),
    );
  }

  run(server: NatsServer): Sluice {
    return new Sluice(
      "workflow",
      `--machine=${this.name}`,
      `--nats=nats://${server.address}`,
      configFlag,
      this.plan.file,
    );
  }

  [Symbol.dispose](): void {
    this.plan[Symbol.dispose]();
  }
}

function two(steps: { writer: string; reader: string }): [Machine, Machine] {
  return [new Machine("north", steps), new Machine("south", steps)];
}

/** Returns the process of the agent that a command has started. */
function agentOf({ pid }: Sluice): number | null {
  const children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`);
  for (const child of children.trim().split(" ")) {
    try {
      const line = Deno.readTextFileSync(`/proc/${child}/cmdline`);
      if (line.split("\0").includes("agent")) return Number(child);
    } catch {
      // It has ended.
    }
  }
  return null;
}

function leftIn(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
}

Deno.test({
  name:
    "each of two commands runs the steps of its machine, and files stay at home",
  ignore,
  async fn() {
    await using server = await NatsServer.start();
    const [north, south] = two({ writer: WRITER, reader: READER });
    using _north = north;
    using _south = south;
    await using reading = south.run(server);
    await using writing = north.run(server);
    await writing.printed(/half-way/);
    // It goes on where another one takes its place.
    const agent = await writing.until(() => agentOf(writing));
    Deno.kill(agent, "SIGKILL");
    await writing.until(() => {
      const present = agentOf(writing);
      return present !== null && present !== agent;
    });
    north.plan.write("go", "");
    const [wrote, read] = await Promise.all([writing.result, reading.result]);
    assertEquals(wrote.code, 0, wrote.stderr);
    assertEquals(read.code, 0, read.stderr);
    assertStringIncludes(read.stdout, "read 23 characters");
    assertStringIncludes(
      wrote.stderr,
      'The agent of machine "north" was killed by SIGKILL, and is started again',
    );
    assertMatch(
      wrote.stderr,
      /sluice workflow: All steps of machine "north" ended well after/,
    );
    const text = (plan: TestPlan, name: string) =>
      Deno.readTextFileSync(join(plan.data, name));
    assertEquals(text(north.plan, "a.txt"), "first half, second half");
    assertEquals(text(south.plan, "b.txt"), "first half, second half");
    assertEquals(leftIn(north.plan.data), ["a.txt"]);
    assertEquals(leftIn(south.plan.data), ["b.txt"]);
  },
});

Deno.test({
  name: "a single step starts the agent of its machine, and ends it",
  ignore,
  async fn() {
    await using server = await NatsServer.start();
    const writer = `Deno.writeTextFileSync(Deno.args[0] + "/a.txt", "a text");`;
    const [north, south] = two({ writer, reader: READER });
    using _north = north;
    using _south = south;
    const run = ({ name, plan }: Machine, step: string) =>
      new Sluice(
        "run",
        `--machine=${name}`,
        `--nats=nats://${server.address}`,
        "--lost-after-seconds=600",
        `--capio-dir=${plan.data}`,
        "--workflow-name=test",
        `--capio-cl=${plan.path("cl.json")}`,
        `--app-name=${step}`,
        ...denoFlags,
        plan.path(`${step}.ts`),
        plan.data,
      );
    await using reading = run(south, "reader");
    await using writing = run(north, "writer");
    const [wrote, read] = await Promise.all([writing.result, reading.result]);
    assertEquals(wrote, { code: 0, stdout: "", stderr: "" });
    assertEquals(read, {
      code: 0,
      stdout: "read 6 characters\n",
      stderr: "",
    });
    assertEquals(leftIn(north.plan.data), ["a.txt"]);
    assertEquals(leftIn(south.plan.data), ["b.txt"]);
  },
});

Deno.test({
  name: "a step that is killed on one machine ends the steps of the other",
  ignore,
  async fn() {
    await using server = await NatsServer.start();
    const [north, south] = two({
      writer: ENDLESS,
      reader: `Deno.kill(Deno.pid, "SIGKILL");`,
    });
    using _north = north;
    using _south = south;
    await using writing = north.run(server);
    await writing.printed(/running as process/);
    await using reading = south.run(server);
    const [wrote, read] = await Promise.all([writing.result, reading.result]);
    assertEquals(read.code, 137, read.stderr);
    assertEquals(wrote.code, 1, wrote.stderr);
    assertStringIncludes(
      wrote.stderr,
      'sluice workflow: Step "reader" failed on machine "south" after',
    );
    assertStringIncludes(wrote.stderr, "writer  was stopped");
  },
});

Deno.test({
  name: "Ctrl-C on one machine ends the steps of both",
  ignore,
  async fn() {
    await using server = await NatsServer.start();
    const [north, south] = two({ writer: ENDLESS, reader: ENDLESS });
    using _north = north;
    using _south = south;
    await using writing = north.run(server);
    await using reading = south.run(server);
    await writing.printed(/running as process/);
    await reading.printed(/running as process/);
    writing.kill("SIGINT");
    const wrote = await writing.result;
    assertEquals(wrote.code, 130, wrote.stderr);
    // It waits then until the other machine is given up.
    await reading.until(
      () => /after .* s\n/.test(reading.stderr),
      "what has ended",
    );
    reading.kill("SIGINT");
    const read = await reading.result;
    assertMatch(read.stderr, /(failed|was) on machine "north"/);
    assertEquals(read.code, 130, read.stderr);
  },
});

Deno.test({
  name: "no agent outlives a command that was killed",
  ignore,
  async fn() {
    await using server = await NatsServer.start();
    const [north, south] = two({ writer: ENDLESS, reader: ENDLESS });
    using _north = north;
    using _south = south;
    await using writing = north.run(server);
    const [, step] = await writing.printed(/running as process (\d+)/);
    const agent = await writing.until(() => agentOf(writing));
    writing.kill("SIGKILL");
    assertEquals((await writing.result).code, 137);
    // The step is no child of the agent, which waits for it.
    Deno.kill(Number(step), "SIGKILL");
    // Nobody comes on the other machine.
    await using reading = south.run(server);
    await reading.until(() => /failed on machine "north"/.test(reading.stderr));
    await reading.result;
    while (isAlive(agent)) await delay(50);
  },
});
