/**
 * How much longer does a program take, from its start to its end, when it is a
 * step? Each iteration starts every program once, one after the other, in turn
 * forwards and backwards. The report has the median of the differences to each
 * baseline beside its limit. What is measured is the published form, which
 * `tools/bundle.ts` makes; the files of this checkout are shown for comparison.
 * At the end stands what the preload takes: Node's base in the runtime, the files
 * of sluice, and what it does.
 *
 * `BENCH_DIR` is the directory for the workflow, by default in shared memory if
 * there is any.
 */
import { bundle } from "../tools/bundle.ts";
import { stdConfigArgs } from "../tools/std_config.ts";
import { TemporaryDirectory } from "../tests/support/temporary_directory.ts";
import { TestDirectory } from "../tests/capio/step.ts";
import { median } from "./median.ts";

const ROUNDS = Number(Deno.env.get("BENCH_ROUNDS") ?? 30);

const programs = new TemporaryDirectory();
const workflow = new TestDirectory(Deno.env.get("BENCH_DIR") ?? inMemory());
const CL = {
  name: "start",
  IO_Graph: [
    {
      name: "step",
      output_stream: ["*.csv"],
      streaming: [{
        name: ["*.csv"],
        committed: "on_close",
        mode: "no_update",
      }],
    },
    { name: "reader", input_stream: ["*.csv"] },
  ],
};
const cl = `${workflow.path}/cl.json`;
Deno.writeTextFileSync(cl, JSON.stringify(CL));

const empty = program("empty.ts", "");
const nodeFs = program("node_fs.ts", 'import "node:fs";');
/** Starts a step and waits for its end, as `sluice run` does. */
const starter = program(
  "starter.ts",
  `const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...Deno.args],
  }).spawn().status;
  Deno.exit(code);`,
);
await bundle(new URL(`file://${programs.path}/dist/`));
/** Loads what the preload loads of Node. */
const BASE = `for (const name of ["process", "fs", "worker_threads"]) {
  process.getBuiltinModule(name);
}`;
const base = program("base.ts", BASE);
/** Loads the files of the preload, too. */
const loaded = program(
  "dist/preload/loaded.js",
  `import "./whole_program.js";${BASE}`,
);
const preload = `--preload=${programs.path}/dist/preload/preload.js`;
const sluice = `${programs.path}/dist/cli/mod.js`;
const here = (path: string) => new URL(`../${path}`, import.meta.url).pathname;
const config = (await stdConfigArgs()).map((it) =>
  it.startsWith("--") ? it : here(it)
);
const FLAGS = ["--no-config", "--no-lock"];

/** What is started, by name. */
const PROGRAMS: Record<string, string[]> = {
  "an empty program with a preload that imports node:fs": [
    ...FLAGS,
    `--preload=${nodeFs}`,
    empty,
  ],
  "an empty program with the preload and a configuration": [
    ...FLAGS,
    preload,
    empty,
  ],
  "the same with the preload of this checkout": [
    ...config,
    `--preload=${here("src/capio/session/preload.ts")}`,
    empty,
  ],
  "an empty program": [...FLAGS, empty],
  "the base of Node": [...FLAGS, `--preload=${base}`, empty],
  "the base of Node and the files of sluice": [
    ...FLAGS,
    `--preload=${loaded}`,
    empty,
  ],
  "a program that imports node:fs": [...FLAGS, nodeFs],
  "a program that imports node:fs, with the preload": [
    ...FLAGS,
    preload,
    nodeFs,
  ],
  "a program that starts the step": [
    ...FLAGS,
    starter,
    ...FLAGS,
    preload,
    empty,
  ],
  "sluice run": [...FLAGS, sluice, "run", "-A", ...FLAGS, empty],
};

/** What is compared: a program, its baseline, and the limit in milliseconds. */
const COMPARED: readonly [name: string, baseline: string, limit?: number][] = [
  [
    "an empty program with the preload and a configuration",
    "an empty program with a preload that imports node:fs",
    10,
  ],
  [
    "the same with the preload of this checkout",
    "an empty program with a preload that imports node:fs",
  ],
  [
    "a program that imports node:fs, with the preload",
    "a program that imports node:fs",
    10,
  ],
  ["sluice run", "a program that starts the step", 15],
  ["the base of Node", "an empty program"],
  ["the base of Node and the files of sluice", "the base of Node"],
  [
    "an empty program with the preload and a configuration",
    "the base of Node and the files of sluice",
  ],
];

const times = new Map<string, number[]>(
  Object.keys(PROGRAMS).map((name) => [name, []]),
);
let round = 0;

Deno.bench({
  name: "every program once",
  n: ROUNDS,
  // Deno compiles a program when it is started first.
  warmup: 2,
  async fn() {
    const all = Object.entries(PROGRAMS);
    if (round++ % 2 === 1) all.reverse();
    for (const [name, args] of all) {
      times.get(name)?.push(await timeOf(args));
    }
  },
});

addEventListener("unload", () => {
  for (const [name, baseline, limit] of COMPARED) {
    const own = (times.get(name) ?? []).slice(-ROUNDS);
    const other = (times.get(baseline) ?? []).slice(-ROUNDS);
    if (own.length === 0) continue;
    const difference = median(own.map((time, i) => time - other[i]));
    console.log(
      `${name}: ${median(own).toFixed(1)} ms, ${
        difference.toFixed(1)
      } ms more ` +
        `than ${baseline} (${median(other).toFixed(1)} ms)` +
        (limit === undefined ? "" : `, at most ${limit}`),
    );
  }
  workflow[Symbol.dispose]();
  programs[Symbol.dispose]();
});

/** Runs a program to its end and returns how long that took, in milliseconds. */
async function timeOf(args: string[]): Promise<number> {
  const begun = performance.now();
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...args],
    env: {
      CAPIO_DIR: workflow.path,
      CAPIO_APP_NAME: "step",
      CAPIO_WORKFLOW_NAME: "start",
      CAPIO_CL: cl,
    },
  }).output();
  const time = performance.now() - begun;
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return time;
}

function program(name: string, code: string): string {
  const path = `${programs.path}/${name}`;
  Deno.writeTextFileSync(path, code);
  return path;
}

function inMemory(): string | undefined {
  try {
    return Deno.statSync("/dev/shm").isDirectory ? "/dev/shm" : undefined;
  } catch {
    return undefined;
  }
}
