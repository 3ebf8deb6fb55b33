/**
 * How much sooner are many small values copied from a web server that takes a
 * while for each answer? One iteration copies 10 000 values of 1 KiB to memory
 * from a server that answers after 5 ms; the baseline looks up 200 of them and
 * reads them, one after the other. The end prints values a second and the ratio.
 */
import { MemoryStore, UrlStore } from "@sluice/sluice/store";

const COUNT = 10_000;
const FEW = 200;
const keys = Array.from({ length: COUNT }, (_, n) => `key-${n}`);
const rates = new Map<string, number[]>();

const url = `http://127.0.0.1:${await serve()}/`;
const from = await new UrlStore(url, { index: false }).connect();
const to = await new MemoryStore().connect();

measure("one after the other", FEW, async () => {
  for (const key of keys.slice(0, FEW)) await to.set(key, from.get(key));
});

measure("multiget", COUNT, async () => {
  let i = 0;
  for await (const value of from.multiget(keys)) await to.set(keys[i++], value);
});

addEventListener("unload", () => {
  const best = [...rates].map(([name, all]) => ({
    name,
    rate: Math.max(...all),
  }));
  for (const { name, rate } of best) {
    const ratio = (rate / best[0].rate).toFixed(1);
    console.log(`${Math.round(rate)} values/s, ${ratio} x: ${name}`);
  }
});

function measure(name: string, count: number, copy: () => Promise<void>): void {
  rates.set(name, []);
  Deno.bench({
    name,
    group: "copy from a web server",
    baseline: rates.size === 1,
    n: 2,
    warmup: 1,
    async fn() {
      const start = performance.now();
      await copy();
      const rate = count / (performance.now() - start) * 1000;
      rates.get(name)?.push(rate);
    },
  });
}

/** Starts a server in a thread of its own. */
async function serve(): Promise<number> {
  const code = `
    const data = new Uint8Array(1024).fill(7);
    const headers = { "Content-Length": "1024" };
    Deno.serve({
      port: 0,
      hostname: "127.0.0.1",
      onListen: ({ port }) => postMessage(port),
    }, async ({ method }) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return new Response(method === "HEAD" ? null : data, { headers });
    });`;
  const worker = new Worker(
    `data:application/javascript,${encodeURIComponent(code)}`,
    { type: "module" },
  );
  return await new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
  });
}
