import { assert, assertEquals } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { delay } from "@std/async";
import { fromFileUrl } from "@std/path";
import { NatsStore, openStore } from "../../src/store/mod.ts";
import { stdConfigArgs } from "../../tools/std_config.ts";
import { hasNatsServer, NatsServer } from "../support/nats_server.ts";
import { seededRandom } from "../support/seeded_random.ts";
import { temporaryPath } from "../support/temporary_directory.ts";

const writer = fromFileUrl(import.meta.resolve("./_writer.ts"));
const kills = Number(Deno.env.get("SLUICE_KILLS") ?? 12);

for (const scheme of ["file", "sqlite"]) {
  Deno.test(`${scheme}: a process killed at any instant leaves the old value or the new one whole`, async () => {
    const path = temporaryPath();
    const url = `${scheme}:${path}`;
    await killAgainAndAgain(url);
    // A process that may write to the store removes leftovers on connect.
    await (await openStore(url)).disconnect();
    if (scheme === "file") assertNoStrayFiles(path);
  });
}

Deno.test({
  name:
    "nats: a process killed at any instant leaves the old value or the new one whole, and a sweep the bytes of that alone",
  ignore: !hasNatsServer,
  fn: async () => {
    await using server = await NatsServer.start();
    const url = server.newBucket();
    await killAgainAndAgain(url);
    await using store = await new NatsStore(url).connect();
    const { size } = await store.get("key");
    await store.sweep({ olderThan: 0 });
    const { bytes } = await store.info();
    assert(
      Number(bytes) < size + 20_000,
      `${bytes} bytes are left of ${size}`,
    );
  },
});

/** Kills writers of a store, and looks what each has left. */
async function killAgainAndAgain(url: string): Promise<void> {
  const { random } = seededRandom();
  let next = 1;
  for (let kill = 0; kill < kills; kill++) {
    const last = await killedWriter(url, next, random);
    const found = await valueLeft(url);
    // The value is the reported one, or one that was set after the report.
    assert(
      found === last || found === last + 1,
      `the last set that returned was ${last}, the value found is ${found}`,
    );
    next = found + 1;
  }
}

/** Starts a writer, kills it a little later, and returns its last report. */
async function killedWriter(
  url: string,
  first: number,
  random: () => number,
): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      ...await stdConfigArgs(),
      writer,
      url,
      String(first),
    ],
    stdout: "piped",
  }).spawn();
  const lines = child.stdout
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  let last = first - 1;
  let killing: Promise<void> | undefined;
  for await (const line of lines) {
    // A line may be cut short by the kill.
    if (line === String(last + 1)) last++;
    killing ??= delay(random() * 60).then(() => child.kill("SIGKILL"));
  }
  await killing;
  assertEquals((await child.status).signal, "SIGKILL");
  return last;
}

/** Checks the whole value of the key and returns its number. */
async function valueLeft(url: string): Promise<number> {
  await using store = await openStore(url, { create: false });
  const entries = await Array.fromAsync(store.query());
  assertEquals(entries.map(([key]) => key), ["key"]);
  const value = await store.get("key");
  const n = Number(value.metadata.n);
  const bytes = await value.bytes();
  assertEquals(bytes.length, [100, 70_000, 3_000_000, 5][n % 4]);
  assert(bytes.every((byte) => byte === n % 256), `value ${n} is a mixture`);
  return n;
}

function assertNoStrayFiles(path: string): void {
  const names = (directory: string) =>
    [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
  assertEquals(names(`${path}/values`), ["=key"]);
  assert(names(`${path}/blobs`).length <= 1);
  const known = ["blobs", "lock", "next", "values"];
  assert(names(path).every((name) => known.includes(name)));
}
