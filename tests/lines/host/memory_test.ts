import { assertEquals, assertLess } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { LineHostMirror, LineHostReader } from "../../../src/lines/mod.ts";
import { stdConfigArgs } from "../../../tools/std_config.ts";

const MOST_MIB = 300;
const STALLED = 200;
const OTHERS = 10;

const hosting = fromFileUrl(import.meta.resolve("./_hosting_process.ts"));

async function startHost() {
  const config = await stdConfigArgs();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net", "--no-check", ...config, hosting],
    stdout: "piped",
    // It tells about each client that it drops.
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const port = Number((await reader.read()).value);
  let most = 0;
  const watch = setInterval(() => {
    const status = Deno.readTextFileSync(`/proc/${child.pid}/status`);
    const [, kib] = /VmRSS:\s+(\d+) kB/.exec(status) ?? [];
    most = Math.max(most, Number(kib) / 1024);
  }, 20);
  return {
    port,
    address: `http://127.0.0.1:${port}/sync-stream`,
    /** The most memory that the process has had, in MiB. */
    most: () => most,
    async [Symbol.asyncDispose]() {
      clearInterval(watch);
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    },
  };
}

/** Connections that send something and then neither send nor read more. */
class StalledClients implements Disposable {
  readonly #port: number;
  readonly #connections: Deno.Conn[] = [];

  constructor(port: number) {
    this.#port = port;
  }

  async add(request: string): Promise<void> {
    const connection = await Deno.connect({
      hostname: "127.0.0.1",
      port: this.#port,
    });
    this.#connections.push(connection);
    const bytes = new TextEncoder().encode(request);
    // The host may take less, and drop the connection meanwhile.
    connection.write(bytes).catch(() => {});
  }

  [Symbol.dispose](): void {
    for (const connection of this.#connections) connection.close();
  }
}

const HEAD = "HTTP/1.1\r\nHost: localhost\r\n";

/** Ten mirrors that write, and ten readers that see every line of their own. */
async function goOn(address: string, rounds: number): Promise<number> {
  const start = performance.now();
  await Promise.all(Array.from({ length: OTHERS }, async (_, i) => {
    await using mirror = new LineHostMirror(address);
    using reader = new LineHostReader(address);
    for (let round = 0; round < rounds; round++) {
      const line = `other ${i} in round ${round}`;
      await mirror.write(`${line}\n`);
      const items = await reader.read(2 * OTHERS);
      assertEquals(items.includes(line), true, line);
    }
  }));
  return (performance.now() - start) / rounds;
}

Deno.test({
  name:
    "stalled readers and writers cost no more than so much memory, and keep nobody out",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using host = await startHost();
    await using mirror = new LineHostMirror(host.address);
    using readers = new StalledClients(host.port);
    using writers = new StalledClients(host.port);
    const body = `{"type":"str","data":{"value":"${"w".repeat(1_000_000)}`;
    let rounds = 0;
    const fill = async () => {
      // Half of what the host keeps, other lines each time.
      const text = `${rounds++} ${"x".repeat(5_000)}\n`.repeat(200);
      for (let i = 0; i < 8; i++) await mirror.write(text);
    };
    await fill();
    for (let i = 0; i < STALLED; i++) {
      if (i === STALLED / 2) await fill();
      await readers.add(
        i % 2 === 0
          ? `GET /sync-stream ${HEAD}\r\n`
          : `GET /sync-stream/live ${HEAD}\r\n`,
      );
      await writers.add(
        `POST /sync-stream ${HEAD}Content-Type: application/json\r\n` +
          `Content-Length: 1048576\r\n\r\n${i % 4 === 0 ? "" : body}`,
      );
    }
    const perRound = await goOn(host.address, 20);
    console.log(
      `at most ${Math.round(host.most())} MiB, ${
        Math.round(perRound)
      } ms for a round of the others`,
    );
    assertLess(host.most(), MOST_MIB);
    assertLess(perRound, 2_000);
  },
});
