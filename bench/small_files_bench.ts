/**
 * How long does a workflow take for files of 100 bytes, which one process opens,
 * writes and closes, and another one reads? And how long a program that writes
 * them in a synchronous loop, beside one that writes each under a temporary name
 * and renames it?
 *
 * In memory and on disk; at the end the times of the loops alone.
 */
import { Step, TestDirectory } from "../tests/capio/step.ts";
import { stdConfigArgs } from "../tools/std_config.ts";

const FILES = 1000;

/** Prints how long the loop took, in ms, for the files of a directory. */
const timed = (loop: string) => `
  const directory = Deno.args[0];
  const data = new Uint8Array(100);
  const start = performance.now();
  for (let i = 0; i < ${FILES}; i++) {
    const path = directory + "/" + i;
    ${loop}
  }
  console.log(performance.now() - start);`;

const WRITE = timed(`
    const file = await Deno.open(path, { create: true, write: true });
    await file.write(data);
    file.close();`);
const READ = timed(`
    const { length } = await Deno.readFile(path);
    if (length !== 100) throw new Error("Read " + length);`);
const WRITE_SYNC = timed(`
    const file = Deno.openSync(path, { create: true, write: true });
    file.writeSync(data);
    file.close();`);
const WRITE_AND_RENAME = timed(`
    const temporary = directory + "/." + i;
    const file = Deno.openSync(temporary, { create: true, write: true });
    file.writeSync(data);
    file.close();
    Deno.renameSync(temporary, path);`);

/** Where the files lie. */
interface Medium {
  readonly name: string;
  readonly parent?: string;
  /** Of the steps, besides those for their directory. */
  readonly flags: readonly string[];
}

const MEDIA: Medium[] = [{ name: "on disk", flags: [] }];
if (Deno.build.os === "linux") {
  // Deno wants all permissions for it.
  MEDIA.unshift({ name: "in memory", parent: "/dev/shm", flags: ["-A"] });
}

const config = await stdConfigArgs();
/** The shortest time of each loop, by medium and name. */
const best = new Map<string, number>();

for (const medium of MEDIA) {
  const group = `${FILES} files of 100 bytes, ${medium.name}, whole processes`;
  compare(group, "plain files, one process after the other", {
    async run(directory, start) {
      start();
      note(medium, "plain write", await plain(WRITE, directory.path));
      note(medium, "plain read", await plain(READ, directory.path));
    },
    isBaseline: true,
    medium,
  });
  compare(group, "sluice, both at the same time", {
    async run(directory, start) {
      const step = steps(directory, medium);
      start();
      await using reader = step("reader", READ);
      await using writer = step("writer", WRITE);
      const [write, read] = await Promise.all([timeOf(writer), timeOf(reader)]);
      note(medium, "write", write);
      note(medium, "read, waiting for the writer", read);
    },
    medium,
  });
  compare(group, "sluice, while the reader waits for the last file alone", {
    async run(directory, start) {
      const step = steps(directory, medium);
      const last = `await Deno.readFile(Deno.args[0] + "/${FILES - 1}");`;
      start();
      await using reader = step("reader", last + "console.log(0);");
      await using writer = step("writer", WRITE);
      const [write] = await Promise.all([timeOf(writer), timeOf(reader)]);
      note(medium, "write, while the reader waits for the last", write);
    },
    medium,
  });
  const loops =
    `${FILES} files of 100 bytes, ${medium.name}, a synchronous loop and its process`;
  const plainLoops = [
    ["plain synchronous write", WRITE_SYNC],
    ["plain synchronous write and rename", WRITE_AND_RENAME],
  ] as const;
  for (const [name, code] of plainLoops) {
    compare(loops, name, {
      async run(directory, start) {
        start();
        note(medium, name, await plain(code, directory.path));
      },
      isBaseline: code === WRITE_SYNC,
      medium,
    });
  }
  compare(loops, "sluice, synchronous write", {
    async run(directory, start) {
      const step = steps(directory, medium);
      start();
      await using writer = step("writer", WRITE_SYNC);
      // A run lasts until all steps have come.
      await using reader = step("reader", "console.log(0);");
      const [write] = await Promise.all([timeOf(writer), timeOf(reader)]);
      note(medium, "synchronous write", write);
    },
    medium,
  });
}

addEventListener("unload", () => {
  for (const { name } of MEDIA) {
    console.log(`\nLoops alone ${name}, the best of each, in µs a file:`);
    for (
      const [loop, ...baselines] of [
        ["plain write"],
        ["plain read"],
        ["write", "plain write"],
        ["write, while the reader waits for the last", "plain write", "write"],
        ["read, waiting for the writer", "plain read"],
        ["plain synchronous write"],
        ["plain synchronous write and rename"],
        [
          "synchronous write",
          "plain synchronous write",
          "plain synchronous write and rename",
        ],
      ]
    ) {
      const time = best.get(`${name} ${loop}`);
      if (time === undefined) continue;
      const ratios = baselines.map((baseline) => {
        const other = best.get(`${name} ${baseline}`) ?? NaN;
        return `, ${(time / other).toFixed(2)} x ${baseline}`;
      });
      const each = time * 1000 / FILES;
      console.log(`  ${loop}: ${each.toFixed(0)}${ratios.join("")}`);
    }
  }
});

function compare(group: string, name: string, { run, isBaseline, medium }: {
  readonly run: (directory: TestDirectory, start: () => void) => Promise<void>;
  readonly isBaseline?: boolean;
  readonly medium: Medium;
}): void {
  Deno.bench({
    name: `${name} (${medium.name})`,
    group,
    baseline: isBaseline,
    n: 5,
    warmup: 1,
    async fn(bench) {
      using directory = new TestDirectory(medium.parent);
      await run(directory, () => bench.start());
      bench.end();
    },
  });
}

function note({ name }: Medium, loop: string, time: number): void {
  const key = `${name} ${loop}`;
  best.set(key, Math.min(time, best.get(key) ?? Infinity));
}

/** Returns what starts a step of a workflow in a directory. */
function steps(
  directory: TestDirectory,
  { flags }: Medium,
): (app: string, code: string) => Step {
  const rule = { name: ["*"], committed: "on_close", mode: "no_update" };
  const cl = directory.writeCl({
    writer: { writes: ["*"], streaming: [rule] },
    reader: { reads: ["*"] },
  });
  const { path: capioDir } = directory;
  return (app, code) =>
    new Step({ capioDir, app, cl, args: [capioDir], code, flags });
}

async function timeOf({ result }: Step): Promise<number> {
  const { stdout, stderr } = await result;
  if (stderr) throw new Error(stderr);
  return Number(stdout);
}

async function plain(code: string, directory: string): Promise<number> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", ...config, code, directory],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return Number(new TextDecoder().decode(stdout));
}
