import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import {
  Channel,
  ColumnsPayloadType,
  Key,
  serveTStorage,
} from "../../../src/tstorage/mod.ts";
import { stdConfigArgs } from "../../../tools/std_config.ts";
import { seededRandom } from "../../support/seeded_random.ts";

const SERVE = `
  import { serveTStorage } from "@sluice/sluice/tstorage";
  const server = serveTStorage({ port: 0, path: Deno.args[0], memoryLimit: 2_000_000 });
  console.log(server.port);`;
const SIZE = 50_000;
const type = new ColumnsPayloadType({ value: "f64" });

Deno.test("a PUT during which the server is killed is there whole or not at all", async () => {
  const { random, seed } = seededRandom();
  const directory = await Deno.makeTempDir();
  const path = join(directory, "records.db");
  let certain = 0;
  let possible = 0;
  let usual = 0;
  for (let run = 0; run < 8; run++) {
    const { port, kill } = await serverProcess(path);
    const channel = doublesAt(port);
    await channel.connect();
    const before = await count(channel);
    assert(
      [certain, possible].includes(before),
      `seed ${seed}, run ${run}: ${before} of ${certain} or ${possible}`,
    );
    certain = before;
    const started = performance.now();
    const putting = put(channel, run);
    // The first PUT shows how long it takes, the others are cut short in it.
    const pause = run === 0 ? undefined : usual * random() * 1.1;
    const killed = pause === undefined
      ? putting
      : new Promise((resolve) => setTimeout(resolve, pause));
    await killed;
    if (run === 0) usual = performance.now() - started;
    await kill();
    possible = before + SIZE;
    if (await putting) certain = possible;
    await channel.close();
  }
  await using server = serveTStorage({ port: 0, path });
  await using channel = doublesAt(server.port);
  await channel.connect();
  const end = await count(channel);
  assert([certain, possible].includes(end), `seed ${seed}: ${end}`);
  await Deno.remove(directory, { recursive: true });
});

type Doubles = ReturnType<typeof doublesAt>;

function doublesAt(port: number) {
  return new Channel("127.0.0.1", port, type);
}

async function put(channel: Doubles, cid: number): Promise<boolean> {
  const writer = channel.writable().getWriter();
  writer.closed.catch(() => {});
  try {
    await writer.write({
      cid: new Int32Array(SIZE).fill(cid),
      mid: new BigInt64Array(SIZE).map((_, i) => BigInt(i * 7919 % SIZE)),
      moid: new Int32Array(SIZE),
      cap: new BigInt64Array(SIZE),
      value: new Float64Array(SIZE),
    });
    await writer.close();
    return true;
  } catch {
    return false;
  }
}

async function count(channel: Doubles): Promise<number> {
  let records = 0;
  const stream = channel.batches(Key.MIN, Key.MAX);
  for await (const batch of stream) records += batch.length;
  assertEquals((await stream.done).status, 0);
  return records;
}

async function serverProcess(path: string) {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["eval", ...await stdConfigArgs(), SERVE, path],
    stdout: "piped",
  }).spawn();
  const reader = process.stdout.getReader();
  const { value } = await reader.read();
  const port = Number(new TextDecoder().decode(value));
  const kill = async () => {
    process.kill("SIGKILL");
    await reader.cancel();
    await process.status;
  };
  return { port, kill };
}
