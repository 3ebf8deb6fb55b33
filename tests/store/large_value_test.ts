import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { stdConfigArgs } from "../../tools/std_config.ts";
import { hasNatsServer, NatsServer } from "../support/nats_server.ts";
import { temporaryPath } from "../support/temporary_directory.ts";

const program = fromFileUrl(import.meta.resolve("./_large_value.ts"));

/** Size of the value in MiB: `SLUICE_LARGE_MIB=2048` takes about a minute. */
const size = Deno.env.get("SLUICE_LARGE_MIB") ?? "64";
/** Most memory, in MiB, that a process with the value may use. */
const MOST_MEMORY = 100;
/** The same with the libraries of NATS, and what is under way to the server. */
const MOST_MEMORY_WITH_NATS = 150;
/** What has come from the server waits for the collector of garbage. */
const MOST_MEMORY_TO_READ_NATS = 200;

Deno.test({
  name:
    "a value larger than memory is set, ranged and copied from store to store",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const file = `file:${temporaryPath()}`;
    const sqlite = `sqlite:${temporaryPath()}`;
    const copy = `file:${temporaryPath()}`;
    await handle("set", "", file);
    await handle("copy", file, sqlite);
    await handle("range", file);
    await handle("range", sqlite);
    await handle("copy", sqlite, copy);
    await handle("range", copy);
    await handle("set", "", sqlite);
    await handle("range", sqlite);
  },
});

Deno.test({
  name: "a value larger than memory is set and ranged in a bucket of NATS",
  ignore: Deno.build.os !== "linux" || !hasNatsServer,
  fn: async () => {
    await using server = await NatsServer.start();
    const bucket = server.newBucket();
    await handle("set", "", bucket, MOST_MEMORY_WITH_NATS);
    await handle("range", bucket, "", MOST_MEMORY_TO_READ_NATS);
  },
});

async function handle(
  step: string,
  from: string,
  to = "",
  mostMemory = MOST_MEMORY,
): Promise<void> {
  const config = await stdConfigArgs();
  const start = performance.now();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", ...config, program, step, from, to, size],
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  const memory = Number(new TextDecoder().decode(stdout));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const [source] = from.split(":");
  const [target] = to.split(":");
  console.log(
    `${step} ${source} ${target}: ${size} MiB in ${seconds} s, ${memory} MiB of memory`,
  );
  assert(memory < mostMemory, `${step} took ${memory} MiB of memory`);
}
