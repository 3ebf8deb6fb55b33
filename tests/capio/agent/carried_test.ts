import { assertEquals } from "@std/assert";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";
import { eventually, Step, type StepResult } from "../step.ts";
import { Machines } from "./machines.ts";

const NAMES = ["renamed.txt", "replaced.txt", "removed.txt"];

const CL = {
  name: "carried",
  IO_Graph: [
    {
      name: "write",
      output_stream: [...NAMES, "other.txt", "last.txt"],
      streaming: [{
        name: [...NAMES, "last.txt"],
        committed: "on_close",
        mode: "no_update",
      }],
    },
    { name: "read", input_stream: [...NAMES, "last.txt"] },
  ],
};

/** Writes a part of each file, changes their names, and writes the rest. */
const WRITER = `
const [dir, seen] = Deno.args;
const names = ${JSON.stringify(NAMES)};
const encode = (text) => new TextEncoder().encode(text);
const files = names.map((name) => {
  const file = Deno.openSync(dir + "/" + name, { write: true, create: true });
  file.writeSync(encode("first"));
  return file;
});
for (let is = false; !is;) {
  try {
    Deno.statSync(seen);
    is = true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await new Promise((go) => setTimeout(go, 5));
  }
}
Deno.mkdirSync(dir + "/moved");
Deno.renameSync(dir + "/renamed.txt", dir + "/moved/renamed.txt");
Deno.writeTextFileSync(dir + "/other.txt", "other");
Deno.renameSync(dir + "/other.txt", dir + "/replaced.txt");
Deno.removeSync(dir + "/removed.txt");
for (const file of files) {
  file.writeSync(encode(" and the rest".repeat(10_000)));
  file.close();
}
Deno.writeTextFileSync(dir + "/last.txt", "last");
`;

/** Reads a part of each file, then their rest, and what has their names then. */
const READER = `
const [dir, seen] = Deno.args;
const names = ${JSON.stringify(NAMES)};
const files = await Promise.all(
  names.map((name) => Deno.open(dir + "/" + name)),
);
const buffer = new Uint8Array(5);
for (const file of files) await file.read(buffer);
Deno.writeTextFileSync(seen, "");
for (const file of files) {
  try {
    console.log((await new Response(file.readable).text()).length);
  } catch (error) {
    console.log(error.code ?? error.name);
  }
}
console.log(await Deno.readTextFile(dir + "/last.txt"));
console.log((await Deno.readTextFile(dir + "/moved/renamed.txt")).length);
console.log(await Deno.readTextFile(dir + "/replaced.txt"));
try {
  await Deno.stat(dir + "/removed.txt");
} catch (error) {
  console.log(error.name);
}
`;

Deno.test({
  name: "names that change while files are carried change for all machines",
  ignore: !hasNatsServer,
  async fn() {
    const expected = await onOneMachine();
    await using server = await NatsServer.start();
    await using machines = new Machines(server, CL);
    const [north, south] = await machines.start("north", "south");
    const seen = machines.path("seen");
    await using reader = south.step({
      app: "read",
      code: READER,
      args: [seen],
      flags: [`--allow-write=${south.dir},${seen}`],
      silent: true,
    });
    await using writer = north.step({
      app: "write",
      code: WRITER,
      args: [seen],
      flags: [`--allow-read=${north.dir},${machines.cl},${seen}`],
    });
    const results = await Promise.all([writer.result, reader.result]);
    assertEquals(results.map(shown), expected.map(shown));
    // Of what has no name any more nothing stays.
    const replicas = `${south.dir}/.capio/${south.workflow}/replicas`;
    await eventually(
      south.dir,
      () => [...Deno.readDirSync(replicas)].length === 3,
      south.workflow,
    );
    assertEquals(await machines.stop(), [0, 0]);
  },
});

/** Runs the same steps in one directory. */
async function onOneMachine(): Promise<StepResult[]> {
  using directory = new TemporaryDirectory();
  const dir = `${directory.path}/dir`;
  const seen = `${directory.path}/seen`;
  const cl = `${directory.path}/cl.json`;
  Deno.mkdirSync(dir);
  Deno.writeTextFileSync(cl, JSON.stringify(CL));
  const args = [dir, seen];
  const common = { capioDir: dir, cl, args, silent: true };
  await using reader = new Step({
    ...common,
    app: "read",
    code: READER,
    flags: [`--allow-write=${dir},${seen}`],
  });
  await using writer = new Step({
    ...common,
    app: "write",
    code: WRITER,
    flags: [`--allow-read=${dir},${cl},${seen}`],
  });
  return await Promise.all([writer.result, reader.result]);
}

function shown({ code, stdout, stderr }: StepResult) {
  return { code, stdout, hasWarnings: stderr !== "" };
}
