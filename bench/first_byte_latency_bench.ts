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
const place = (name: string) => join(directory.path, name);
const cl = await directory.writeCl({
  bench: streamed("there"),
  echo: streamed("back"),
});
const record = new Uint8Array(100);

using listener = Deno.listen({ transport: "unix", path: place("socket") });
const socketEcho = new Step({
  capioDir: directory.path,
  workflow: "socket",
  args: [place("socket")],
  code: ECHO_SOCKET,
  flags: ["-A"],
});
const connection = await listener.accept();

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

Deno.bench({
  name: "local socket",
  group: "100 bytes there and back",
  baseline: true,
  async fn() {
    await connection.write(record);
    await receive(connection);
  },
});

Deno.bench({
  name: "file in a workflow",
  group: "100 bytes there and back",
  async fn() {
    output.writeSync(record);
    await receive(input);
  },
});

addEventListener("unload", () => {
  connection.close();
  context.leave();
  fileEcho.kill();
  socketEcho.kill();
  directory[Symbol.dispose]();
});

async function receive(source: Deno.FsFile | Deno.Conn): Promise<void> {
  for (let rest = record.length; rest > 0;) {
    rest -= await source.read(record.subarray(0, rest)) ?? rest;
  }
}
