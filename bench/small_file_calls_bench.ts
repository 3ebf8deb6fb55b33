/**
 * Where does the time go that a step takes for a small file? Each call of the
 * runtime that sluice makes for it is counted and timed, beside the same call
 * outside of a step, where nothing else is done: that is the floor. What remains
 * is sluice's own.
 *
 * A program writes files of 100 bytes in a synchronous loop, in one call or with
 * `openSync`, `writeSync` and `close`. `BENCH_DIR` is the directory for the
 * workflow, by default in shared memory if there is any.
 */
import { stepCommand } from "@sluice/sluice/capio";
import { Step, TestDirectory } from "../tests/capio/step.ts";
import { TemporaryDirectory } from "../tests/support/temporary_directory.ts";
import { stdConfigArgs } from "../tools/std_config.ts";

const FILES = Number(Deno.env.get("BENCH_FILES") ?? 1000);

/** What is timed: functions of `Deno`, of its files, and of `node:fs`. */
const NAMES = {
  deno: ["lstatSync", "openSync", "readDirSync", "renameSync"],
  file: ["close", "readSync", "tryLockSync", "unlockSync", "writeSync"],
  fs: ["existsSync"],
};

/** Times the calls, for the module after it takes them for the originals. */
const TIMER = `
  const times = globalThis.times = {};
  let isInside = false;
  const fs = process.getBuiltinModule("fs");
  const owners = { deno: Deno, file: Deno.FsFile.prototype, fs };
  for (const [owner, names] of Object.entries(${JSON.stringify(NAMES)})) {
    for (const name of names) {
      const original = owners[owner][name];
      owners[owner][name] = function (...args) {
        if (isInside || !globalThis.isTiming) {
          return original.apply(this, args);
        }
        isInside = true;
        const begin = performance.now();
        try {
          return original.apply(this, args);
        } finally {
          const time = times[name] ??= { count: 0, total: 0 };
          time.total += performance.now() - begin;
          time.count++;
          isInside = false;
        }
      };
    }
  }`;

/** Runs a loop and prints how long it took, in ms, and what was timed. */
const timed = (loop: string) => `
  const [directory] = Deno.args;
  const data = new Uint8Array(100);
  globalThis.isTiming = true;
  const begin = performance.now();
  for (let i = 0; i < ${FILES}; i++) {
    const path = directory + "/" + i;
    ${loop}
  }
  const total = performance.now() - begin;
  globalThis.isTiming = false;
  console.log(JSON.stringify({ total, times: globalThis.times }));`;

const LOOPS = {
  "written in one call": "Deno.writeFileSync(path, data);",
  "opened, written and closed": `
    const file = Deno.openSync(path, { create: true, write: true });
    file.writeSync(data);
    file.close();`,
};

/** Prints the time of each call, made one after the other, in ms. */
const BARE = `
  const [parent] = Deno.args;
  const { existsSync } = process.getBuiltinModule("fs");
  const directory = Deno.makeTempDirSync({ dir: parent });
  const data = new Uint8Array(100);
  const buffer = new Uint8Array(256 * 1024);
  const journal = Deno.openSync(directory + "/journal", {
    create: true,
    append: true,
    read: true,
  });
  const times = {};
  const time = (name, call) => {
    const begin = performance.now();
    const result = call();
    times[name] = (times[name] ?? 0) + performance.now() - begin;
    return result;
  };
  for (let i = 0; i < ${FILES}; i++) {
    const path = directory + "/" + i;
    time("existsSync", () => existsSync(path));
    time("tryLockSync", () => journal.tryLockSync(true));
    time("readSync", () => journal.readSync(buffer));
    const create = { write: true, createNew: true };
    const file = time("openSync", () => Deno.openSync(path, create));
    time("writeSync", () => {
      file.writeSync(data);
      journal.writeSync(data);
    });
    time("close", () => file.close());
    time("lstatSync", () => Deno.lstatSync(path));
    time("renameSync", () => Deno.renameSync(path, path + ".new"));
    time("unlockSync", () => journal.unlockSync());
  }
  time("readDirSync", () => [...Deno.readDirSync(directory)]);
  times.readDirSync *= ${FILES};
  times.writeSync /= 2;
  Deno.removeSync(directory, { recursive: true });
  for (const name in times) times[name] /= ${FILES};
  console.log(JSON.stringify(times));`;

interface Timed {
  readonly total: number;
  readonly times: Record<string, { count: number; total: number }>;
}

const config = await stdConfigArgs();
const dir = Deno.env.get("BENCH_DIR") ?? inMemory();
const results = new Map<string, Timed[]>();
const bare: Record<string, number>[] = [];

Deno.bench({
  name: "the calls alone",
  n: 5,
  warmup: 1,
  async fn() {
    using directory = new TestDirectory(dir);
    bare.push(JSON.parse(await outputOf(["eval", BARE, directory.path])));
  },
});
for (const [name, loop] of Object.entries(LOOPS)) {
  Deno.bench({
    name: `${FILES} files of 100 bytes, ${name}`,
    n: 5,
    warmup: 1,
    async fn() {
      const timed = JSON.parse(await step(loop));
      results.set(name, [...results.get(name) ?? [], timed]);
    },
  });
}

addEventListener("unload", () => {
  const floor = (name: string) =>
    1000 * Math.min(...bare.map((times) => times[name] ?? NaN));
  for (const [name, all] of results) {
    const [best] = all.toSorted((a, b) => a.total - b.total);
    const each = (time: number) => 1000 * time / FILES;
    console.log(`\n${FILES} files of 100 bytes, ${name}, in µs a file:`);
    row("", "times", "in a step", "alone");
    let calls = 0;
    let alone = 0;
    for (const [call, { count, total }] of Object.entries(best.times)) {
      const least = floor(call) * count / FILES;
      row(
        call,
        (count / FILES).toFixed(2),
        each(total).toFixed(1),
        least.toFixed(1),
      );
      calls += each(total);
      alone += least;
    }
    row("all calls", "", calls.toFixed(1), alone.toFixed(1));
    row("the rest", "", (each(best.total) - calls).toFixed(1), "");
    row("together", "", each(best.total).toFixed(1), "");
  }
});

/** Runs a loop as a step, and returns what it printed. */
async function step(loop: string): Promise<string> {
  using directory = new TestDirectory(dir);
  using scripts = new TemporaryDirectory();
  const { path: capioDir } = directory;
  const rule = { name: ["*"], committed: "on_close", mode: "no_update" };
  const cl = directory.writeCl({
    writer: { writes: ["*"], streaming: [rule] },
    reader: { reads: ["*"] },
  });
  // A run lasts until all steps have come.
  await using reader = new Step({ capioDir, cl, app: "reader", code: "" });
  const timer = `${scripts.path}/timer.ts`;
  const script = `${scripts.path}/writer.ts`;
  Deno.writeTextFileSync(timer, TIMER);
  Deno.writeTextFileSync(script, timed(loop));
  const { args, env } = stepCommand({
    capioDir,
    capioClConfigurationFile: cl,
    appName: "writer",
    denoFlags: [...config, "--quiet", "-A"],
    script,
    args: [capioDir],
  });
  // What is preloaded first replaces the functions first.
  const [run, ...rest] = args;
  const result = await outputOf([run, `--preload=${timer}`, ...rest], env);
  await reader.result;
  return result;
}

async function outputOf(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], env });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

function row(name: string, ...columns: string[]): void {
  const cells = columns.map((it) => it.padStart(12));
  console.log(`  ${name.padEnd(14)}${cells.join("")}`);
}

function inMemory(): string | undefined {
  try {
    return Deno.statSync("/dev/shm").isDirectory ? "/dev/shm" : undefined;
  } catch {
    return undefined;
  }
}
