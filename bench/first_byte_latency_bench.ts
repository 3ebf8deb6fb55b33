/**
 * How soon after a write can another process read the bytes? One iteration is a
 * round trip: two writes, each read by the process at the other end.
 */
import { join } from "@std/path";
import { enterCapio } from "@sluice/sluice/capio";
import { Step, streamed, TestDirectory } from "../tests/capio/step.ts";

const ECHO_FILE = `
  const input = await Deno.open(Deno.args[0]);
  const output = await Deno.open(Deno.args[1], { create: true, write: true });
  const record = new Uint8Array(100);
  for (let count; (count = await input.read(record)) !== null;) {
    output.writeSync(record.subarray(0, count));
  }`;
const ECHO_SOCKET = `
  const connection = await Deno.connect({ transport: "unix", path: Deno.args[0] });
  const record = new Uint8Array(100);
  for (let count; (count = await connection.read(record)) !== null;) {
    await connection.write(record.subarray(0, count));
  }`;

const directory = new TestDirectory();
const outside = new TestDirectory();
const place = (name: string) => join(directory.path, name);
const pipe = (name: string) => join(outside.path, name);
const cl = directory.writeCl({
  bench: streamed("there"),
  echo: streamed("back"),
});
const record = new Uint8Array(100);

using listener = Deno.listen({ transport: "unix", path: pipe("socket") });
const socketEcho = plain(ECHO_SOCKET, pipe("socket"));
const connection = await listener.accept();

await new Deno.Command("mkfifo", { args: [pipe("there"), pipe("back")] })
  .output();
const pipeEcho = plain(ECHO_FILE, pipe("there"), pipe("back"));
const pipeOutput = await Deno.open(pipe("there"), { write: true });
const pipeInput = await Deno.open(pipe("back"));

const fileEcho = new Step({
  capioDir: directory.path,
  app: "echo",
  cl,
  args: [place("there"), place("back")],
  code: ECHO_FILE,
});
const context = enterCapio({
  capioDir: directory.path,
  appName: "bench",
  capioClConfigurationFile: cl,
  scope: "process",
});
const output = await Deno.open(place("there"), { create: true, write: true });
const input = await Deno.open(place("back"));

const samples = { pipes: [] as number[], workflow: [] as number[] };
/** Both in turn, so that the same noise meets them. */
const BLOCKS = 10;
const BLOCK = 500;

Deno.bench({
  name: "local socket",
  group: "100 bytes there and back",
  async fn() {
    await connection.write(record);
    await receive(connection);
  },
});

Deno.bench({
  name: "two named pipes between two Deno programs",
  group: "100 bytes there and back",
  baseline: true,
  async fn() {
    await roundTrip(pipeOutput, pipeInput);
  },
});

Deno.bench({
  name: "file in a workflow",
  group: "100 bytes there and back",
  async fn() {
    await roundTrip(output, input);
  },
});

Deno.bench({
  name: `${BLOCK} round trips through the pipes, ${BLOCK} through the workflow`,
  n: BLOCKS,
  warmup: 1,
  async fn() {
    for (let n = 0; n < BLOCK; n++) {
      samples.pipes.push(await timed(pipeOutput, pipeInput));
    }
    for (let n = 0; n < BLOCK; n++) {
      samples.workflow.push(await timed(output, input));
    }
  },
});

addEventListener("unload", () => {
  const [pipes, workflow] = [samples.pipes, samples.workflow]
    .map((times) => times.toSorted((a, b) => a - b));
  for (const [name, part] of [["median", 0.5], ["99 %", 0.99]] as const) {
    const [a, b] = [pipes, workflow].map((it) =>
      it[Math.floor(it.length * part)]
    );
    console.log(
      `${name}: pipes ${a.toFixed(0)} µs, workflow ${b.toFixed(0)} µs: ${
        (b / a).toFixed(2)
      } x`,
    );
  }
  for (const it of [connection, pipeOutput, pipeInput]) it.close();
  context.leave();
  fileEcho.kill();
  for (const echo of [socketEcho, pipeEcho]) echo.kill();
  for (const it of [directory, outside]) it[Symbol.dispose]();
});

function plain(code: string, ...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), { args: ["eval", code, ...args] })
    .spawn();
}

async function timed(to: Deno.FsFile, from: Deno.FsFile): Promise<number> {
  const begun = performance.now();
  await roundTrip(to, from);
  return (performance.now() - begun) * 1000;
}

async function roundTrip(to: Deno.FsFile, from: Deno.FsFile): Promise<void> {
  to.writeSync(record);
  await receive(from);
}

async function receive(source: Deno.FsFile | Deno.Conn): Promise<void> {
  for (let rest = record.length; rest > 0;) {
    rest -= await source.read(record.subarray(0, rest)) ?? rest;
  }
}
