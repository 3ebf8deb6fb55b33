/**
 * What does it cost to let a program read and write files of a workflow, beside
 * `cat A | cat > B`? Once with the descriptors of both files handed to it, once
 * with an input that is still being written.
 */
import { assert, assertLess } from "@std/assert";
import { delay } from "@std/async";
import { join } from "@std/path";
import { workflowStatus } from "../src/capio/mod.ts";
import { stdConfigArgs } from "../tools/std_config.ts";
import { streamed, TestDirectory } from "../tests/capio/step.ts";

const MEBIBYTES = 1024;
const BYTES = MEBIBYTES * 2 ** 20;
/** Memory that `sluice exec` may take, in KiB. */
const MOST_MEMORY = 100 * 1024;

const directory = new TestDirectory(Deno.env.get("BENCH_DIR"));
const path = (name: string) => join(directory.path, name);
const cl = directory.writeCl({
  writer: streamed("a.bin"),
  reader: { ...streamed("b.bin"), reads: ["a.bin"] },
});
const config = await stdConfigArgs();
const cli = new URL("../src/cli/mod.ts", import.meta.url).href;

/** Writes the file, and ends once there is a file `go`. */
const WRITE =
  `head -c ${BYTES} /dev/zero; while ! test -e "$1"; do sleep 0.02; done`;
/** Time for the reader to begin before the writer ends, in ms. */
const BEGIN_MILLISECONDS = 400;

addEventListener("unload", () => directory[Symbol.dispose]());

const group = "1 GiB";

Deno.bench({
  name: "cat A | cat > B",
  group,
  baseline: true,
  n: 5,
  warmup: 1,
  async fn(bench) {
    await source();
    bench.start();
    await run(
      "sh",
      "-c",
      'cat "$1" | cat > "$2"',
      "sh",
      path("a.bin"),
      path("b.bin"),
    );
    bench.end();
    await check();
  },
});

Deno.bench({
  name: "sluice exec --stdin A --stdout B -- cat, A finished",
  group,
  n: 5,
  warmup: 1,
  async fn(bench) {
    await source();
    const command = [
      "exec",
      ...member("other"),
      "--stdin",
      "a.bin",
      "--stdout",
      "b.bin",
      "--",
      "cat",
    ];
    bench.start();
    await measured(command);
    bench.end();
    await check();
  },
});

Deno.bench({
  name: "sluice exec --stdin A --stdout B -- cat, A still being written",
  group,
  n: 5,
  warmup: 1,
  async fn(bench) {
    const writing = measured([
      "exec",
      ...member("writer"),
      ...["--stdout", "a.bin", "--", "sh", "-c", WRITE, "sh", path("go")],
    ]);
    const isWritten = () =>
      workflowStatus(directory.path)?.files[0]?.size === BYTES;
    while (!isWritten()) await delay(20);
    bench.start();
    const reading = measured([
      "exec",
      ...member("reader"),
      ...["--stdin", "a.bin", "--stdout", "b.bin", "--", "cat"],
    ]);
    await delay(BEGIN_MILLISECONDS);
    await Deno.writeTextFile(path("go"), "");
    await Promise.all([writing, reading]);
    bench.end();
    await Deno.remove(path("go"));
    await check();
  },
});

async function source(): Promise<void> {
  await run(
    "sh",
    "-c",
    `head -c ${BYTES} /dev/zero > "$1"`,
    "sh",
    path("a.bin"),
  );
}

async function check(): Promise<void> {
  for (const name of ["a.bin", "b.bin"]) {
    const { size } = await Deno.stat(path(name));
    assert(size === BYTES, `${name} has ${size} bytes`);
    await Deno.remove(path(name));
  }
}

function member(app: string): string[] {
  const configuration = app === "other" ? [] : ["--capio-cl", cl];
  return ["--capio-dir", directory.path, "--app-name", app, ...configuration];
}

/** Runs a command of sluice, which may not take much memory. */
async function measured(args: string[]): Promise<void> {
  const command = ["run", "-A", "--no-check", ...config, cli, ...args];
  const process = new Deno.Command(Deno.execPath(), {
    args: command,
    stdin: "null",
  }).spawn();
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, memoryOf(process.pid));
  }, 20);
  const { success } = await process.status;
  clearInterval(timer);
  assert(success);
  assertLess(most, MOST_MEMORY);
}

/** Returns the memory of a process in KiB, 0 where the system does not tell. */
function memoryOf(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(program, { args }).output();
  assert(success);
}
