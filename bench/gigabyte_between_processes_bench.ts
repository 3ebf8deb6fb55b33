/**
 * Is it faster to read a file while another process writes it than to read it
 * afterwards?
 */
import { join } from "@std/path";
import { flow, Step, TestDirectory } from "../tests/capio/step.ts";
import { stdConfigArgs } from "../tools/std_config.ts";

const MEBIBYTES = 1024;

const write = `
  const file = await Deno.open(Deno.args[0], { create: true, write: true });
  const chunk = new Uint8Array(1 << 20).fill(7);
  for (let i = 0; i < ${MEBIBYTES}; i++) {
    for (let rest = chunk; rest.length > 0;) {
      rest = rest.subarray(file.writeSync(rest));
    }
  }
  file.close();`;
const read = `
  const file = await Deno.open(Deno.args[0]);
  const chunk = new Uint8Array(1 << 20);
  let size = 0;
  for (let count; (count = await file.read(chunk)) !== null;) size += count;
  file.close();
  if (size !== ${MEBIBYTES} * 2 ** 20) throw new Error("Read " + size);`;

const directory = new TestDirectory(Deno.env.get("BENCH_DIR"));
const path = join(directory.path, "big.bin");
const cl = await directory.writeCl(flow("big.bin"));
const config = await stdConfigArgs();

Deno.bench({
  name: "plain files, one process after the other",
  group: "1 GiB in 1 MiB chunks",
  baseline: true,
  n: 5,
  warmup: 1,
  async fn(bench) {
    bench.start();
    await plain(write);
    await plain(read);
    bench.end();
    await Deno.remove(path);
  },
});

Deno.bench({
  name: "sluice, both at the same time",
  group: "1 GiB in 1 MiB chunks",
  n: 5,
  warmup: 1,
  async fn(bench) {
    bench.start();
    await using reader = step("reader", read);
    await using writer = step("writer", write);
    const results = await Promise.all([writer.result, reader.result]);
    bench.end();
    for (const { stderr } of results) if (stderr) throw new Error(stderr);
    await Deno.remove(path);
  },
});

addEventListener("unload", () => directory[Symbol.dispose]());

async function plain(code: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", ...config, code, path],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

function step(app: string, code: string): Step {
  const flags = ["-A"];
  return new Step({
    capioDir: directory.path,
    app,
    cl,
    args: [path],
    code,
    flags,
  });
}
