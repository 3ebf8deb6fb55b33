/**
 * Does the memory of a host grow with the number of lines that it received? Each
 * iteration sends the same number of lines to a host in another process. The
 * report shows the memory of that process after the first and the last iteration.
 */
import { LineHostMirror } from "@sluice/sluice/lines";
import { stdConfigArgs } from "../tools/std_config.ts";

const LINE = "x".repeat(99) + "\n";
const LINES = 200_000;

const host = await startHost();
const memory: number[] = [];
globalThis.addEventListener("unload", () => {
  const [first = NaN] = memory;
  const last = memory.at(-1) ?? NaN;
  console.log(
    `${first} MiB after ${LINES} lines, ${last} MiB after ` +
      `${LINES * memory.length}: ${(last / first).toFixed(2)} x`,
  );
  host.process.kill();
});

Deno.bench({
  name: `${LINES} lines to a host that keeps 1 000`,
  group: "memory of a host",
  baseline: true,
  n: 10,
  warmup: 1,
  async fn(b) {
    await using mirror = new LineHostMirror(host.address);
    b.start();
    for (let i = 1; i < LINES; i++) mirror.write(LINE);
    await mirror.write(LINE);
    b.end();
    memory.push(await host.memory());
  },
});

/** Starts a host in a process of its own, which reports its memory. */
async function startHost() {
  const program = `
    import { LineHostBuffer } from "@sluice/sluice/lines";
    const host = new LineHostBuffer({ maxlen: 1_000 });
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request) => await host.handler(request) ??
        new Response(String(Math.round(Deno.memoryUsage().rss / 2 ** 20))));
    console.log(server.addr.port);
  `;
  const process = new Deno.Command(Deno.execPath(), {
    args: ["eval", ...await stdConfigArgs(), program],
    stdout: "piped",
  }).spawn();
  const output = process.stdout.pipeThrough(new TextDecoderStream());
  const { value: port = "" } = await output.getReader().read();
  const origin = `http://127.0.0.1:${port.trim()}`;
  return {
    process,
    address: `${origin}/sync-stream`,
    memory: async () => Number(await (await fetch(`${origin}/memory`)).text()),
  };
}
