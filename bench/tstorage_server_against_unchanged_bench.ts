/**
 * How many times as fast is the embedded server as that of an unchanged clone,
 * whose directory is `UNCHANGED`, and how large is its file? Each version serves
 * a new file in a process of its own. One iteration does a work with each, one right
 * after the other. Without `UNCHANGED` both versions are the same, which shows
 * the spread.
 */
import { join } from "@std/path";
import { TextLineStream } from "@std/streams";
import { Channel, ColumnsPayloadType, Key } from "@sluice/sluice/tstorage";
import { fileURLToPath } from "node:url";
import { stdConfigArgs } from "../tools/std_config.ts";
import { median } from "./median.ts";

const RECORDS = 1_000_000;
const CONTAINERS = 100_000;
const SERVER = fileURLToPath(import.meta.resolve("./tstorage_served_file.ts"));
const here = fileURLToPath(new URL("..", import.meta.url));
const unchanged = Deno.env.get("UNCHANGED") ?? here;
const pairs = Number(Deno.env.get("PAIRS") ?? 15);
const type = new ColumnsPayloadType({ value: "f64" });
const config = await stdConfigArgs();
const directory = Deno.makeTempDirSync({ dir: Deno.env.get("BENCH_DIR") });

/** A thousand series, with their records in the order of time. */
const series = {
  cid: new Int32Array(RECORDS).fill(1),
  mid: BigInt64Array.from({ length: RECORDS }, (_, i) => BigInt(i % 1000)),
  moid: new Int32Array(RECORDS),
  cap: BigInt64Array.from({ length: RECORDS }, (_, i) => BigInt(i) << 20n),
  value: new Float64Array(RECORDS).map((_, i) => i / 8),
};
const containers = {
  cid: Int32Array.from({ length: CONTAINERS }, (_, i) => i + 2),
  mid: new BigInt64Array(CONTAINERS),
  moid: new Int32Array(CONTAINERS),
  cap: BigInt64Array.from({ length: CONTAINERS }, (_, i) => BigInt(i) << 20n),
  value: new Float64Array(CONTAINERS),
};

/** Does a work with a version of the server, and returns its milliseconds. */
type Work = (directory: string) => Promise<number>;

const WORKS: { readonly [name: string]: Work } = {
  "PUT 1 000 000 records": (version) =>
    serving(version, (channel) => timed(() => put(channel, series))),
  "GET 1 000 000 records": (version) =>
    serving(version, async (channel) => {
      await put(channel, series);
      return await timed(() => get(channel, RECORDS));
    }),
  "PUT 100 000 containers": (version) =>
    serving(version, (channel) => timed(() => put(channel, containers))),
  "GET 100 000 containers": (version) =>
    serving(version, async (channel) => {
      await put(channel, containers);
      return await timed(() => get(channel, CONTAINERS));
    }),
};

/** Milliseconds of both versions in each iteration, by work. */
const measured = new Map<string, number[][]>();
/** The size of the last file of each version that had all the records. */
const sizes = new Map<string, number>();

for (const [name, work] of Object.entries(WORKS)) {
  const times: number[][] = [];
  measured.set(name, times);
  Deno.bench({
    name: `${name}: this version, unchanged`,
    group: name,
    n: pairs,
    warmup: 1,
    async fn() {
      times.push([await work(here), await work(unchanged)]);
    },
  });
}

addEventListener("unload", () => {
  for (const [name, all] of measured) {
    const times = all.slice(-pairs);
    const ms = (i: number) => median(times.map((each) => each[i])).toFixed(0);
    const ratio = median(times.map(([now, then]) => then / now)).toFixed(2);
    console.log(
      `${name}: ${ms(0)} ms, unchanged ${ms(1)} ms: ${ratio} times as fast`,
    );
  }
  const [now, then] = [sizes.get(here) ?? NaN, sizes.get(unchanged) ?? NaN];
  console.log(
    `${RECORDS} records in a file: ${now} bytes, unchanged ${then}: ` +
      `${(now / then).toFixed(2)} of it`,
  );
  Deno.removeSync(directory, { recursive: true });
});

/** Runs `use` with a channel to a new server, and notes how large its file is. */
async function serving(
  version: string,
  use: (channel: ReturnType<typeof channelTo>) => Promise<number>,
): Promise<number> {
  const path = join(directory, `${crypto.randomUUID()}.db`);
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...config, SERVER, version, path],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = server.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream()).getReader();
  const { value: port } = await lines.read();
  await using channel = channelTo(Number(port));
  await channel.connect();
  const time = await use(channel);
  await server.stdin.close();
  await server.status;
  await lines.cancel();
  const { size } = Deno.statSync(path);
  if (size > (sizes.get(version) ?? 0)) sizes.set(version, size);
  for (const end of ["", "-wal", "-shm"]) removeIfThere(path + end);
  return time;
}

function channelTo(port: number) {
  return new Channel("127.0.0.1", port, type);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function put(
  channel: ReturnType<typeof channelTo>,
  records: typeof series,
): Promise<void> {
  const writer = channel.writable().getWriter();
  await writer.write(records);
  await writer.close();
}

async function get(
  channel: ReturnType<typeof channelTo>,
  expected: number,
): Promise<void> {
  let count = 0;
  for await (const { length } of channel.batches(Key.MIN, Key.MAX)) {
    count += length;
  }
  if (count !== expected) throw new Error(`Read ${count} records`);
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
