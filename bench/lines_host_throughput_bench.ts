/**
 * How many lines of 100 characters a second go from mirrors to a host in
 * another process? The baseline does for every line what syncstream's client
 * does: one state request and one post, with `fetch`, to the same host.
 */
import { LineHostMirror } from "@sluice/sluice/lines";
import { stdConfigArgs } from "../tools/std_config.ts";

const LINE = "x".repeat(99) + "\n";
const MANY = 100_000;
const FEW = 500;
const EACH = 40_000;

/** Lines per second of each measurement: the best of its runs. */
const best = new Map<string, number>();

const config = await stdConfigArgs();
const host = await startHost();
globalThis.addEventListener("unload", () => {
  report();
  host.process.kill();
});

measure("one state request and one post for each line", FEW, () => async () => {
  for (let i = 0; i < FEW; i++) await postAsSyncstream();
});

measure("write, awaited one by one", FEW, () => {
  const mirror = new LineHostMirror(host.address);
  return async () => {
    for (let i = 0; i < FEW; i++) await mirror.write(LINE);
    await mirror.close();
  };
});

measure("write, not awaited", MANY, () => {
  const mirror = new LineHostMirror(host.address);
  return async () => {
    for (let i = 1; i < MANY; i++) mirror.write(LINE);
    await mirror.write(LINE);
    await mirror.close();
  };
});

measure("writable", MANY, () => {
  const writer = new LineHostMirror(host.address).writable.getWriter();
  return async () => {
    for (let i = 0; i < MANY; i++) {
      await writer.ready;
      writer.write(LINE);
    }
    await writer.close();
  };
});

measure("writable of eight mirrors in eight processes", 8 * EACH, async () => {
  const writers = await Promise.all(
    Array.from({ length: 8 }, () => startWriter()),
  );
  return async () => {
    await Promise.all(writers.map((writer) => writer.run()));
  };
});

/** Benches an operation. Each run is prepared again, which is not timed. */
function measure(
  name: string,
  lines: number,
  prepare: () => (() => Promise<void>) | Promise<() => Promise<void>>,
): void {
  Deno.bench({
    name,
    group: "lines to a host",
    baseline: best.size === 0,
    n: 4,
    warmup: 1,
    async fn(b) {
      const deed = await prepare();
      const start = performance.now();
      b.start();
      await deed();
      b.end();
      const rate = lines / (performance.now() - start) * 1_000;
      best.set(name, Math.max(best.get(name) ?? 0, rate));
    },
  });
  best.set(name, 0);
}

async function postAsSyncstream(): Promise<void> {
  const headers = { "Content-Type": "application/json" };
  const state = await fetch(`${host.address}-state?state=closed`);
  await state.json();
  const body = JSON.stringify({ type: "str", data: { value: LINE } });
  const reply = await fetch(host.address, { method: "POST", headers, body });
  await reply.json();
}

function report(): void {
  const [baseline = NaN] = best.values();
  for (const [name, rate] of best) {
    const ratio = (rate / baseline).toFixed(1);
    console.log(
      `${Math.round(rate).toLocaleString("en").padStart(9)} lines/s  ` +
        `${ratio.padStart(6)} x  ${name}`,
    );
  }
}

/** Starts a host in a process of its own. */
async function startHost() {
  const process = spawn(`
    import { LineHostBuffer } from "@sluice/sluice/lines";
    const server = new LineHostBuffer().serve({ hostname: "127.0.0.1", port: 0 });
    console.log(server.addr.port);
  `);
  const port = await firstLine(process.stdout);
  return { process, address: `http://127.0.0.1:${port}/sync-stream` };
}

/** Starts a mirror in a process of its own, which waits for the signal to send. */
async function startWriter() {
  const process = spawn(`
    import { LineHostMirror } from "@sluice/sluice/lines";
    const mirror = new LineHostMirror(${JSON.stringify(host.address)});
    const writer = mirror.writable.getWriter();
    console.log("ready");
    await Deno.stdin.read(new Uint8Array(1));
    for (let i = 0; i < ${EACH}; i++) {
      await writer.ready;
      writer.write(${JSON.stringify(LINE)});
    }
    await writer.close();
  `);
  await firstLine(process.stdout);
  return {
    async run() {
      await process.stdin.close();
      await process.status;
    },
  };
}

function spawn(program: string) {
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", ...config, program],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
}

async function firstLine(stdout: ReadableStream<Uint8Array>): Promise<string> {
  for await (const text of stdout.pipeThrough(new TextDecoderStream())) {
    return text.trim();
  }
  throw new Error("The process ended early");
}
