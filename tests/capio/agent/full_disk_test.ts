import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DiskSpace } from "../../../src/capio/agent/bytes/disk_space.ts";
import type { WorkflowFile } from "../../../src/capio/journal/mod.ts";
import {
  missingForCommit,
  writerLost,
} from "../../../src/capio/workflow/missing.ts";
import { workflowStatus } from "../../../src/capio/mod.ts";
import { Disk } from "../../support/disk.ts";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { AGENT, READER as MEMBER, South } from "../journal/south.ts";
import { eventually } from "../step.ts";
import { Machines, TestMachine } from "./machines.ts";

const SIZE = 8 * 2 ** 20;

const CL = {
  IO_Graph: [
    {
      name: "write",
      output_stream: ["a.bin"],
      streaming: [{
        name: ["a.bin"],
        committed: "on_close",
        mode: "no_update",
      }],
    },
    { name: "read", input_stream: ["a.bin"] },
  ],
};

const WRITER = `
const [dir] = Deno.args;
const bytes = new Uint8Array(${SIZE});
for (let i = 0; i < bytes.length; i++) bytes[i] = i % 251;
Deno.writeFileSync(dir + "/a.bin", bytes);
`;

const READER = `
const [dir] = Deno.args;
const bytes = await Deno.readFile(dir + "/a.bin");
console.log(bytes.length, bytes.findIndex((byte, i) => byte !== i % 251));
`;

Deno.test({
  name:
    "a reader waits as long as the disk of its machine is full, and says so",
  ignore: !hasNatsServer,
  async fn() {
    await using server = await NatsServer.start();
    await using machines = new Machines(server, CL);
    const [north] = await machines.start("north");
    const path = machines.path("south");
    using disk = Disk.mount("12m", path);
    if (!disk) return;
    await using south = new TestMachine(machines, "south", "south/dir");
    await south.start();
    const ballast = `${path}/ballast`;
    Deno.writeFileSync(ballast, new Uint8Array(8 * 2 ** 20));
    await using reader = south.step({ app: "read", code: READER });
    await using writer = north.step({ app: "write", code: WRITER });
    await eventually(
      south.dir,
      (status) =>
        status?.files.some(({ missing }) =>
          missing?.includes("the disk of this machine is full")
        ) === true,
      south.workflow,
    );
    assertEquals((await writer.result).stderr, "");
    // It is tried again, and says nothing more.
    Deno.removeSync(ballast);
    const { code, stdout, stderr } = await reader.result;
    assertEquals({ code, stdout }, { code: 0, stdout: `${SIZE} -1\n` }, stderr);
    const status = workflowStatus(south.dir, { workflowName: south.workflow });
    assertEquals(status?.files.map(({ phase }) => phase), ["committed"]);
    for (const { agent } of [north, south]) agent.kill("SIGTERM");
    assertEquals((await north.agent.result).code, 0);
    const ended = await south.agent.result;
    assertEquals(ended.code, 0);
    assertMatch(ended.stderr, /^[^\n]*"a\.bin": the disk is full\.[^\n]*\n$/);
  },
});

Deno.test("a file without space is said to miss it, is given up in the end, and one line is printed", () => {
  const said: string[] = [];
  const printed: string[] = [];
  const file = { number: 3, path: "a.bin", phase: "open" } as WorkflowFile;
  let hasRoom = false;
  const options = {
    say: ({ path }: WorkflowFile, is: string) => {
      if (!hasRoom) return false;
      said.push(`${path} ${is}`);
      if (is === "missing") file.noSpace = "tried";
      if (is === "there") delete file.noSpace;
      return true;
    },
    print: (line: string) => void printed.push(line),
  };
  const patient = new DiskSpace({ ...options, patience: 3600 });
  const path = Deno.makeTempFileSync();
  using replica = Deno.openSync(path, { write: true });
  Deno.removeSync(path);
  // Once the journal gets some of its space.
  assertEquals(
    patient.cut(file, replica, { size: 100_000, missing: 10 }),
    100_000 - 65536,
  );
  patient.missing(file);
  assertEquals(
    patient.cut(file, replica, { size: 70_000, missing: 9 }),
    70_000,
  );
  hasRoom = true;
  patient.missing(file);
  patient.missing(file);
  patient.wrote(file, 100_009);
  assertEquals(said, ["a.bin missing"]);
  patient.wrote(file, 100_010);
  patient.wrote(file, 200_000);
  assertEquals(said.splice(0), ["a.bin missing", "a.bin there"]);
  assertEquals(printed.length, 1);
  assertStringIncludes(printed[0], `"a.bin": the disk is full`);

  const impatient = new DiskSpace({ ...options, patience: 0 });
  hasRoom = false;
  impatient.missing(file);
  hasRoom = true;
  impatient.missing(file);
  assertEquals(said, ["a.bin given up"]);
  assertEquals(printed.length, 2);
});

Deno.test("a full disk is the reason of a wait, and of the failure of a read", () => {
  const south = new South();
  const { number: file } = south.at("a");
  const say = (is: "missing" | "there" | "given up", by = AGENT) =>
    south.here(by, { event: "space", file, is });
  const missing = () => missingForCommit(south.state, south.at("a"), 5);
  // Members have no say in it.
  assertEquals(say("given up", MEMBER), false);
  say("missing");
  assertStringIncludes(missing(), "the disk of this machine is full");
  say("there");
  assertStringIncludes(missing(), "has not committed it yet");
  say("missing");
  say("given up");
  assertEquals(south.at("a").phase, "lost");
  const { code, message } = writerLost(south.state, south.at("a"), 5);
  assertEquals(code, "NO_SPACE");
  assertStringIncludes(
    message,
    `Cannot read "a" past byte 5: the disk of this machine, "south", was full`,
  );
});
