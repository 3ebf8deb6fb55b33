import { assertEquals, assertMatch } from "@std/assert";
import { type WorkflowStatus, workflowStatus } from "../../../src/capio/mod.ts";
import { statusLines } from "../../../src/cli/capio/status/mod.ts";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { eventually } from "../step.ts";
import { Machines, type TestMachine } from "./machines.ts";

const CL = {
  IO_Graph: [
    {
      name: "write",
      output_stream: ["a.txt"],
      streaming: [{
        name: ["a.txt"],
        committed: "on_close",
        mode: "no_update",
      }],
    },
    { name: "read", input_stream: ["a.txt"], output_stream: ["copy.txt"] },
  ],
};

/** Writes a line, waits until it may write more, and writes the rest. */
const WRITER = `
const [dir, more] = Deno.args;
using file = Deno.openSync(\`\${dir}/a.txt\`, { write: true, create: true });
file.writeSync(new TextEncoder().encode("first\\n"));
while (true) {
  try {
    Deno.statSync(more);
    break;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
file.writeSync(new TextEncoder().encode("second\\n"));
`;

const READER = `
const [dir] = Deno.args;
const text = await Deno.readTextFile(\`\${dir}/a.txt\`);
Deno.writeTextFileSync(\`\${dir}/copy.txt\`, text);
`;

function look({ dir, workflow }: TestMachine): WorkflowStatus {
  const status = workflowStatus(dir, { workflowName: workflow });
  if (!status) throw new Error("There is no workflow");
  return status;
}

/** Returns the first status of a machine that is so. */
async function lookWhen(
  { dir, workflow }: TestMachine,
  isSo: (status: WorkflowStatus) => boolean,
): Promise<WorkflowStatus> {
  const { promise, resolve } = Promise.withResolvers<WorkflowStatus>();
  await eventually(dir, (status) => {
    if (!status || !isSo(status)) return false;
    resolve(status);
    return true;
  }, workflow);
  return await promise;
}

/** The line of the status that begins with this text. */
function lineOf(status: WorkflowStatus, begin: string): string {
  const line = statusLines(status).find((line) => line.startsWith(begin));
  return line?.replaceAll(/ +/g, " ") ?? "";
}

Deno.test({
  name:
    "the status of each machine tells of all machines, of homes, and of who waits there",
  ignore: !hasNatsServer,
  async fn() {
    await using server = await NatsServer.start();
    await using machines = new Machines(server, CL);
    const [north, south] = await machines.start("north", "south");
    const more = machines.path("more");
    await using reader = south.step({ app: "read", code: READER });
    await using writer = north.step({
      app: "write",
      code: WRITER,
      args: [more],
      flags: [`--allow-read=${north.dir},${machines.cl},${more}`],
    });
    const there = await lookWhen(
      south,
      ({ files, waits, machines }) =>
        files.some(({ sizeHere }) => sizeHere === 6) &&
        waits.some(({ why }) => why.includes("not committed")) &&
        machines?.length === 2,
    );
    assertEquals(
      there.machines?.map(({ name, state, isThis, agent }) => [
        ...[name, state, isThis, typeof agent],
      ]),
      [
        ["north", "here", undefined, "undefined"],
        ["south", "here", true, "number"],
      ],
    );
    // An agent is no step.
    assertEquals(
      there.members.map(({ app, machine }) => [app, machine]).sort(),
      [["read", undefined], ["write", "north"]],
    );
    assertMatch(
      lineOf(there, "a.txt"),
      /^a\.txt 6 B open .*home is north, 6 B of it here; .*not finished: its home "north" has not committed it yet/,
    );
    assertMatch(
      lineOf(there, "read"),
      /waits for "a\.txt" since .*its home "north" has not committed it yet/,
    );

    const home = await lookWhen(north, ({ members }) => members.length === 2);
    const [file] = home.files;
    assertEquals(
      [file.path, file.home, file.sizeHere, file.size],
      ["a.txt", "north", undefined, 6],
    );
    assertEquals(
      home.members.map(({ app, machine }) => [app, machine]).sort(),
      [["read", "south"], ["write", undefined]],
    );

    Deno.writeTextFileSync(more, "");
    const results = await Promise.all([writer.result, reader.result]);
    assertEquals(
      results.map(({ code, stderr }) => ({ code, stderr })),
      [{ code: 0, stderr: "" }, { code: 0, stderr: "" }],
    );
    assertMatch(
      lineOf(look(south), "a.txt"),
      /^a\.txt 13 B committed .*home is north, all of it is here/,
    );
    assertEquals(await machines.stop(), [0, 0]);
  },
});
