/**
 * How long does a workflow take for files of 100 bytes, which one process opens,
 * writes and closes, and another one reads?
 */
import { Step, TestDirectory } from "../tests/capio/step.ts";
import { stdConfigArgs } from "../tools/std_config.ts";

const FILES = 1000;

const write = `
  const data = new Uint8Array(100);
  const start = performance.now();
  for (let i = 0; i < ${FILES}; i++) {
    const file = await Deno.open(Deno.args[0] + "/" + i, { create: true, write: true });
    await file.write(data);
    file.close();
  }
  console.log(performance.now() - start);`;
const read = `
  const start = performance.now();
  let size = 0;
  for (let i = 0; i < ${FILES}; i++) {
    size += (await Deno.readFile(Deno.args[0] + "/" + i)).length;
  }
  if (size !== ${FILES} * 100) throw new Error("Read " + size);
  console.log(performance.now() - start);`;

const config = await stdConfigArgs();

Deno.bench({
  name: "plain files, one process after the other",
  group: `${FILES} files of 100 bytes`,
  baseline: true,
  n: 5,
  warmup: 1,
  async fn(bench) {
    using directory = new TestDirectory();
    bench.start();
    const times = [
      await plain(write, directory.path),
      await plain(read, directory.path),
    ];
    bench.end();
    report("plain", times);
  },
});

Deno.bench({
  name: "sluice, both at the same time",
  group: `${FILES} files of 100 bytes`,
  n: 5,
  warmup: 1,
  async fn(bench) {
    using directory = new TestDirectory();
    const rule = { name: ["*"], committed: "on_close", mode: "no_update" };
    const cl = await directory.writeCl({
      writer: { writes: ["*"], streaming: [rule] },
      reader: { reads: ["*"] },
    });
    const step = (app: string, code: string) =>
      new Step({
        capioDir: directory.path,
        app,
        cl,
        args: [directory.path],
        code,
      });
    bench.start();
    await using reader = step("reader", read);
    await using writer = step("writer", write);
    const results = await Promise.all([writer.result, reader.result]);
    bench.end();
    for (const { stderr } of results) if (stderr) throw new Error(stderr);
    report("sluice", results.map(({ stdout }) => Number(stdout)));
  },
});

/** Times the loops alone, without the start of the processes. */
const best = new Map<string, number[]>();
function report(name: string, times: number[]): void {
  const known = best.get(name) ?? [Infinity, Infinity];
  best.set(name, times.map((time, index) => Math.min(time, known[index])));
}

addEventListener("unload", () => {
  const [plainWrite, plainRead] = best.get("plain") ?? [];
  const [write, read] = best.get("sluice") ?? [];
  const ms = (time: number) => `${time.toFixed(0)} ms`;
  console.log(
    `loops alone, best of all: plain write ${ms(plainWrite)} read ${
      ms(plainRead)
    }; sluice write ${ms(write)} (${(write / plainWrite).toFixed(1)} x) read ${
      ms(read)
    }, waiting for the writer (${
      (read / (plainWrite + plainRead)).toFixed(1)
    } x of both)`,
  );
});

async function plain(code: string, directory: string): Promise<number> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", ...config, code, directory],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return Number(new TextDecoder().decode(stdout));
}
