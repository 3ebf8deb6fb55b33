/**
 * What does it cost that a step reads on another machine? Two machines (two
 * directories with their agents) over one server, which share nothing else:
 *
 * - one large file that a slow reader follows: the resident memory of each process
 *   (`BENCH_MIB` says how large, 1 GiB by default);
 * - 1 000 files of 100 bytes, against 1 000 acknowledged publishes of that size,
 *   16 of them under way;
 * - how long 100 bytes take from a write to the read on the other machine.
 */
import { median } from "./median.ts";
import { Machines } from "../tests/capio/agent/machines.ts";
import { connectNats } from "../src/nats/mod.ts";
import { NatsServer } from "../tests/support/nats_server.ts";

const mebibytes = Number(Deno.env.get("BENCH_MIB") ?? 1024);
const FILES = 1000;
const WINDOW = 16;
const WRITES = 200;

const streamed = (output: string) => ({
  name: "write",
  output_stream: [output],
  streaming: [{ name: [output], committed: "on_close", mode: "no_update" }],
});
const large = {
  IO_Graph: [streamed("large"), { name: "read", input_stream: ["large"] }],
};
const small = {
  IO_Graph: [streamed("small-*"), { name: "read", input_stream: ["small-*"] }],
};

const server = await NatsServer.start();
addEventListener("unload", () => void server[Symbol.asyncDispose]());

const writeLarge = `
  using file = Deno.createSync(Deno.args[0] + "/large");
  const chunk = new Uint8Array(1 << 20).fill(7);
  for (let i = 0; i < ${mebibytes}; i++) {
    for (let at = 0; at < chunk.length;) at += file.writeSync(chunk.subarray(at));
  }`;
const readLarge = (pause: number) => `
  using file = await Deno.open(Deno.args[0] + "/large");
  const chunk = new Uint8Array(1 << 20);
  let [size, begin, paused] = [0, 0, 0];
  for (let count; (count = await file.read(chunk)) !== null;) {
    begin ||= performance.now();
    size += count;
    if (${pause} === 0 || size < paused + 4e6) continue;
    paused = size;
    await new Promise((resolve) => setTimeout(resolve, ${pause}));
  }
  if (size !== ${mebibytes} * 2 ** 20) throw new Error("Read " + size);
  console.log(performance.now() - begin);`;
const writeSmall = `
  const bytes = new Uint8Array(100).fill(7);
  for (let i = 0; i < ${FILES}; i++) {
    Deno.writeFileSync(Deno.args[0] + "/small-" + i, bytes);
  }`;
const readSmall = `
  let begin = 0;
  for (let i = 0; i < ${FILES}; i++) {
    const { length } = await Deno.readFile(Deno.args[0] + "/small-" + i);
    if (length !== 100) throw new Error("Read " + length);
    begin ||= performance.now();
  }
  console.log(performance.now() - begin);`;
const now = "performance.timeOrigin + performance.now()";
const writeStamps = `
  using file = Deno.createSync(Deno.args[0] + "/large");
  for (let i = 0; i < ${WRITES}; i++) {
    file.writeSync(new TextEncoder().encode(String(${now}).padEnd(99) + "\\n"));
    await new Promise((resolve) => setTimeout(resolve, 10 + 10 * Math.random()));
  }`;
const readStamps = `
  using file = await Deno.open(Deno.args[0] + "/large");
  const line = new Uint8Array(100);
  const times = [];
  for (let at = 0, count; (count = await file.read(line.subarray(at))) !== null;) {
    if ((at += count) < 100) continue;
    at = 0;
    times.push(${now} - Number(new TextDecoder().decode(line)));
  }
  console.log(JSON.stringify(times));`;

const measures: Record<string, () => Promise<string>> = {
  [`${mebibytes} MiB`]: async () => {
    const { output } = await run(large, writeLarge, readLarge(0));
    return `${Math.round(mebibytes / Number(output) * 1000)} MiB/s`;
  },
  [`${mebibytes} MiB, a slow reader`]: async () => {
    const { resident } = await run(large, writeLarge, readLarge(20));
    return `MiB resident at most: ${resident.join(", ")}`;
  },
  [`${FILES} files of 100 bytes`]: async () => {
    const bare = await publishes();
    const { output } = await run(small, writeSmall, readSmall);
    const ratio = Number(output) / bare;
    return `${Math.round(Number(output))} ms, ${ratio.toFixed(1)} x of ` +
      `${Math.round(bare)} ms for as many publishes`;
  },
  "100 bytes": async () => {
    const { output } = await run(large, writeStamps, readStamps);
    const times: number[] = JSON.parse(output);
    return `${median(times).toFixed(1)} ms (median of ${times.length})`;
  },
};
const results = new Map<string, string[]>();

for (const [name, measure] of Object.entries(measures)) {
  Deno.bench({
    name,
    group: "a step that reads on another machine",
    n: 1,
    warmup: 1,
    async fn() {
      results.getOrInsertComputed(name, () => []).push(await measure());
    },
  });
}

addEventListener("unload", () => {
  for (const [name, all] of results) console.log(`${name}: ${all.join("; ")}`);
});

/** Runs two steps on two machines; the result is what the second one prints. */
async function run(cl: object, write: string, read: string) {
  await using machines = new Machines(server, cl);
  const [north, south] = await machines.start("north", "south");
  const resident = new Map<number, number>();
  const watch = setInterval(() => noteResident(resident), 20);
  const patience = 600_000;
  await using reader = south.step({ app: "read", code: read, patience });
  await using writer = north.step({ app: "write", code: write, patience });
  const ends = await Promise.all([writer.result, reader.result]);
  clearInterval(watch);
  for (const { stderr } of ends) if (stderr) throw new Error(stderr);
  await machines.stop();
  return { output: ends[1].stdout, resident: [...resident.values()] };
}

/** Takes note of the most memory of each process that this one has started. */
function noteResident(resident: Map<number, number>): void {
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const status = Deno.readTextFileSync(`/proc/${name}/status`);
      if (!status.includes(`PPid:\t${Deno.pid}\n`)) continue;
      const [, kibibytes] = /VmHWM:\s*(\d+)/.exec(status) ?? [];
      if (status.includes("nats-server") || !kibibytes) continue;
      resident.set(Number(name), Math.round(Number(kibibytes) / 1024));
    } catch {
      // It has ended.
    }
  }
}

/** How long so many acknowledged publishes of 100 bytes take, in ms. */
async function publishes(): Promise<number> {
  const connected = await connectNats({ servers: server.address });
  const { connection, libraries: { jetstream } } = connected;
  const name = `bench_${crypto.randomUUID()}`;
  const manager = await jetstream.jetstreamManager(connection);
  await manager.streams.add({ name, subjects: [name] });
  const js = jetstream.jetstream(connection);
  const start = performance.now();
  const underWay: Promise<unknown>[] = [];
  for (let i = 0; i < FILES; i++) {
    if (underWay.length === WINDOW) await underWay.shift();
    underWay.push(js.publish(name, new Uint8Array(100)));
  }
  await Promise.all(underWay);
  const time = performance.now() - start;
  await manager.streams.delete(name);
  await connection.close();
  return time;
}
