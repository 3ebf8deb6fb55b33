/**
 * What does a workflow take that has a million files alive at once? One step
 * writes them, another one reads each as soon as it is finished, and when all are
 * there a third one joins and reads the last of them. The report shows the time
 * and the memory of each step for a file, and those of joining beside their
 * limits.
 *
 * `BENCH_DIR` is the directory for the workflow, by default in shared memory if
 * there is any. A million files take as many inodes, and 5 GB in memory.
 */
import { stepCommand } from "@sluice/sluice/capio";
import { TestDirectory } from "../tests/capio/step.ts";
import { TemporaryDirectory } from "../tests/support/temporary_directory.ts";
import { stdConfigArgs } from "../tools/std_config.ts";

const FILES = Number(Deno.env.get("BENCH_FILES") ?? 1_000_000);
const LIMITS = { seconds: 3, bytes: 600 };
/** Files of one directory. */
const TOGETHER = 1000;

/** What a step measured: time and memory at its beginning and at its end. */
interface Measured {
  readonly seconds: number;
  readonly resident: number;
  readonly heap: number;
  readonly before: { readonly resident: number; readonly heap: number };
}

/** Runs `work` and prints what it took, then waits for the end of the others. */
const program = (work: string) => `
  const [directory] = Deno.args;
  const nameOf = (i) =>
    directory + "/" + Math.floor(i / ${TOGETHER}) + "/" + i % ${TOGETHER};
  const memory = () => {
    globalThis.gc();
    const { rss: resident, heapUsed: heap } = Deno.memoryUsage();
    return { resident, heap };
  };
  const before = memory();
  const begin = performance.now();
  ${work}
  const seconds = (performance.now() - begin) / 1000;
  console.log(JSON.stringify({ seconds, ...memory(), before }));
  await Deno.stdin.read(new Uint8Array(1));`;
const WRITE = program(`
  const data = new Uint8Array(100);
  for (let i = 0; i < ${FILES}; i++) {
    if (i % ${TOGETHER} === 0) {
      Deno.mkdirSync(directory + "/" + i / ${TOGETHER});
    }
    Deno.writeFileSync(nameOf(i), data);
  }`);
const READ = program(`
  for (let i = 0; i < ${FILES}; i++) {
    const { length } = Deno.readFileSync(nameOf(i));
    if (length !== 100) throw new Error("Read " + length);
  }`);
const JOIN = `
  const { CapioWorkspace } = await import("@sluice/sluice/capio");
  const [capioDir, cl] = Deno.args;
  const memory = () => {
    globalThis.gc();
    const { rss: resident, heapUsed: heap } = Deno.memoryUsage();
    return { resident, heap };
  };
  const before = memory();
  const begin = performance.now();
  const workspace = new CapioWorkspace({
    capioDir,
    appName: "late",
    workflowName: "alive",
    capioClConfigurationFile: cl,
  });
  const seconds = (performance.now() - begin) / 1000;
  console.log(JSON.stringify({ seconds, ...memory(), before }));
  const last = capioDir + "/" + Math.floor(${FILES - 1} / ${TOGETHER}) + "/" +
    ${FILES - 1} % ${TOGETHER};
  const { length } = workspace.fs.readFileSync(last);
  if (length !== 100) throw new Error("Read " + length);
  workspace.leave();`;

const config = await stdConfigArgs();
let run: Promise<void> | undefined;

Deno.bench({
  name: `${FILES} files alive at once`,
  n: 1,
  warmup: 0,
  // One run says enough, and takes minutes.
  fn: async () => await (run ??= measure()),
});

async function measure(): Promise<void> {
  using directory = new TestDirectory(Deno.env.get("BENCH_DIR") ?? inMemory());
  using scripts = new TemporaryDirectory();
  const rule = { name: ["*"], committed: "on_close", mode: "no_update" };
  const cl = directory.writeCl({
    writer: { writes: ["*"], streaming: [rule] },
    reader: { reads: ["*"] },
  });
  const { path: capioDir } = directory;
  const steps = [["writer", WRITE], ["reader", READ]].map(([app, code]) =>
    start(app, code, { capioDir, cl, scripts: scripts.path })
  );
  for (const { name, measured } of steps) report(name, await measured);
  const late = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--v8-flags=--expose-gc", ...config, JOIN, capioDir, cl],
    stdout: "piped",
  }).spawn();
  const { seconds, bytes } = report("late", await firstLine(late.stdout));
  console.log(
    `Joining took ${seconds.toFixed(2)} s (limit ${LIMITS.seconds}) and ` +
      `${bytes.toFixed(0)} bytes a file (limit ${LIMITS.bytes})`,
  );
  await ended("late", late);
  for (const { name, process } of steps) {
    await process.stdin.close();
    await ended(name, process);
  }
}

function start(
  name: string,
  code: string,
  { capioDir, cl, scripts }: {
    readonly capioDir: string;
    readonly cl: string;
    readonly scripts: string;
  },
) {
  const script = `${scripts}/${name}.ts`;
  Deno.writeTextFileSync(script, code);
  const { args, env } = stepCommand({
    capioDir,
    appName: name,
    workflowName: "alive",
    capioClConfigurationFile: cl,
    denoFlags: [...config, "--quiet", "-A", "--v8-flags=--expose-gc"],
    script,
    args: [capioDir],
  });
  const process = new Deno.Command(Deno.execPath(), {
    args,
    env,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  return { name, process, measured: firstLine(process.stdout) };
}

/** Prints what a step measured, by files. */
function report(
  name: string,
  { seconds, resident, heap, before }: Measured,
): { seconds: number; bytes: number } {
  const bytes = (resident - before.resident) / FILES;
  console.log(
    `${name}: ${seconds.toFixed(2)} s, ` +
      `${(seconds * 1e6 / FILES).toFixed(1)} µs a file; ` +
      `${bytes.toFixed(0)} bytes of memory and ` +
      `${((heap - before.heap) / FILES).toFixed(0)} of heap a file`,
  );
  return { seconds, bytes };
}

async function firstLine(
  output: ReadableStream<Uint8Array>,
): Promise<Measured> {
  const text = output.pipeThrough(new TextDecoderStream());
  for await (const piece of text) return JSON.parse(piece);
  throw new Error("Expected a line of a step, found the end of its output");
}

async function ended(name: string, process: Deno.ChildProcess): Promise<void> {
  const { success, code } = await process.status;
  if (!success) throw new Error(`The step "${name}" ended with ${code}`);
}

function inMemory(): string | undefined {
  try {
    return Deno.statSync("/dev/shm").isDirectory ? "/dev/shm" : undefined;
  } catch {
    return undefined;
  }
}
