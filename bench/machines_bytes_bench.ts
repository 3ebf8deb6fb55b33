/**
 * Do bytes that one machine asks another for come as fast from file to file as
 * through a bare stream of JetStream, in the same chunks, with as many of them
 * under way? Both in turns over one server; each side is a process. Prints the
 * ratio of the best rates and the most resident memory of each side. `BENCH_MIB`
 * says how large the file is, 1 GiB by default.
 */
import { join } from "@std/path";
import { NatsServer } from "../tests/support/nats_server.ts";
import { TemporaryDirectory } from "../tests/support/temporary_directory.ts";
import { stdConfigArgs } from "../tools/std_config.ts";

const MEBIBYTE = 1 << 20;
const mebibytes = Number(Deno.env.get("BENCH_MIB") ?? 1024);
const size = mebibytes * MEBIBYTE;
const directory = new TemporaryDirectory();
const from = join(directory.path, "from");
const to = join(directory.path, "to");
const config = await stdConfigArgs();
const server = await NatsServer.start();
{
  using file = Deno.createSync(from);
  for (let i = 0; i < mebibytes; i++) {
    file.writeSync(new Uint8Array(MEBIBYTE).fill(i));
  }
}

/** The best rate in MiB/s, and the most MiB resident, by what was measured. */
const rates = new Map<string, number>();
const resident = new Map<string, number>();

for (
  const [name, sender, receiver] of [
    ["a bare stream", "publish", "consume"],
    ["asked for", "answer", "ask"],
  ]
) {
  Deno.bench({
    name,
    group: `${mebibytes} MiB from file to file`,
    baseline: sender === "publish",
    n: 3,
    warmup: 1,
    async fn(bench) {
      await using one = await Side.start(sender, from);
      await using other = await Side.start(receiver, to);
      bench.start();
      const start = performance.now();
      await Promise.all([one.begin(), other.begin()]);
      await other.result();
      bench.end();
      const rate = mebibytes / (performance.now() - start) * 1000;
      await one.begin();
      await one.result();
      rates.set(name, Math.max(rate, rates.get(name) ?? 0));
      if (Deno.statSync(to).size !== size) throw new Error("Bytes are missing");
      Deno.removeSync(to);
    },
  });
}

addEventListener("unload", () => {
  const [bare = NaN, asked = NaN] = rates.values();
  console.log(
    `${Math.round(asked)} MiB/s asked for, ${Math.round(bare)} MiB/s bare: ` +
      `${(asked / bare).toFixed(2)} x`,
  );
  for (const [role, mebibytes] of resident) {
    console.log(`${Math.round(mebibytes)} MiB resident at most: ${role}`);
  }
  directory[Symbol.dispose]();
});

/** A process that is one side of the transfer. */
class Side implements AsyncDisposable {
  readonly #role: string;
  readonly #process: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  private constructor(role: string, path: string) {
    this.#role = role;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", ...config],
        new URL("machines_side.ts", import.meta.url).pathname,
        ...[role, server.address, path, String(size)],
      ],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#lines = this.#process.stdout
      .pipeThrough(new TextDecoderStream()).getReader();
    this.#input = this.#process.stdin.getWriter();
  }

  static async start(role: string, path: string): Promise<Side> {
    const side = new Side(role, path);
    await side.#lines.read();
    return side;
  }

  begin(): Promise<void> {
    return this.#input.write(new TextEncoder().encode("\n"));
  }

  async result(): Promise<void> {
    const { value = "{}" } = await this.#lines.read();
    const mebibytes = JSON.parse(value).resident / MEBIBYTE;
    const most = resident.get(this.#role) ?? 0;
    resident.set(this.#role, Math.max(most, mebibytes));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#lines.cancel();
    await this.#process.status;
  }
}

addEventListener("unload", () => void server[Symbol.asyncDispose]());
