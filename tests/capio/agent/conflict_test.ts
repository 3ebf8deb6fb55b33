import { assertEquals, assertMatch } from "@std/assert";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { Machines } from "./machines.ts";

/** Says that it is there, and makes a file once it may. */
const WRITER = `
const [dir, marks, name] = Deno.args;
Deno.writeTextFileSync(\`\${marks}/\${name}-joined\`, "");
while (true) {
  try {
    Deno.statSync(\`\${marks}/go\`);
    break;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
Deno.writeTextFileSync(\`\${dir}/x.txt\`, name);
Deno.writeTextFileSync(\`\${marks}/\${name}-made\`, "");
try {
  const options = { write: true, createNew: true };
  Deno.openSync(\`\${dir}/lock\`, options).close();
  console.log("locked");
} catch (error) {
  console.log(error.name);
}
`;

Deno.test({
  name: "of two machines that make a file at once the first one has the name",
  ignore: !hasNatsServer,
  async fn() {
    await using server = await NatsServer.start();
    await using machines = new Machines(server);
    const [north, south] = await machines.start("north", "south");
    const marks = machines.path("marks");
    Deno.mkdirSync(marks);
    const step = (machine: typeof north, app: string) =>
      machine.step({
        app,
        code: WRITER,
        args: [marks, machine.name],
        flags: [
          `--allow-read=${machine.dir},${marks}`,
          `--allow-write=${machine.dir},${marks}`,
        ],
        silent: true,
      });
    await using first = step(north, "one");
    await using second = step(south, "two");
    const marked = (name: string) => untilThere(`${marks}/${name}`);
    await marked("north-joined");
    await marked("south-joined");
    // It gets to know of the other file when its own one is there.
    south.agent.kill("SIGSTOP");
    Deno.writeTextFileSync(`${marks}/go`, "");
    await marked("south-made");
    await marked("north-made");
    const { code: ok, stdout: locked } = await first.result;
    assertEquals([ok, locked.trim()], [0, "locked"]);
    south.agent.kill("SIGCONT");
    const { code, stdout, stderr } = await second.result;
    assertEquals([code, stdout.trim()], [1, "AlreadyExists"], stderr);
    assertMatch(
      stderr,
      /Cannot keep "x.txt": machine "north" made a file of this name first/,
    );
    await using reader = south.step({
      app: "reader",
      code: `
        const [dir] = Deno.args;
        console.log(await Deno.readTextFile(dir + "/x.txt"));
      `,
      silent: true,
    });
    const read = await reader.result;
    assertEquals([read.code, read.stdout.trim()], [0, "north"], read.stderr);
    assertEquals(await machines.stop(), [0, 0]);
    assertEquals(north.entries(), ["lock", "x.txt"]);
    assertEquals(south.entries(), []);
  },
});

async function untilThere(path: string): Promise<void> {
  const end = performance.now() + 30_000;
  for (;;) {
    try {
      Deno.statSync(path);
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      if (performance.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
