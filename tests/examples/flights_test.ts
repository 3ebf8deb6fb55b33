import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { delay } from "@std/async";
import { fromFileUrl, join, resolve } from "@std/path";
import { flightsUrl } from "../../examples/flights/dataset.ts";
import {
  FILES,
  runAtTheSameTime,
  runOneAfterAnother,
  type RunOptions,
} from "../../examples/flights/steps.ts";
import { serveSlowly } from "../../examples/flights/slow_server.ts";
import { stdConfigArgs } from "../../tools/std_config.ts";

const [, config] = await stdConfigArgs();
const denoFlags = ["--config", config, "--quiet", "--no-prompt"];

class Run implements Disposable {
  readonly options: RunOptions;

  constructor(size: number, signal = new AbortController().signal) {
    const directory = Deno.realPathSync(Deno.makeTempDirSync());
    this.options = { directory, size, denoFlags, signal };
  }

  path(name: string): string {
    return join(this.options.directory, name);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.options.directory, { recursive: true });
  }
}

const example = fromFileUrl(new URL("../../examples/flights", import.meta.url));

/** The plan, for another size and for files in another directory. */
function planIn(directory: string, size: number): string {
  const plan = JSON.parse(Deno.readTextFileSync(join(example, "flights.json")));
  for (const step of plan.steps) step.script = resolve(example, step.script);
  plan.capioCl = resolve(example, plan.capioCl);
  plan.steps[0].args[1] = String(size);
  const path = join(directory, "flights.json");
  Deno.writeTextFileSync(path, JSON.stringify(plan));
  Deno.mkdirSync(join(directory, plan.capioDir));
  return path;
}

const RUNNERS = { runOneAfterAnother, runAtTheSameTime };

Deno.test("the flights workflow writes the same bytes either way", async () => {
  using before = new Run(3_000_000);
  using together = new Run(3_000_000);
  const [plain, capio] = await Promise.all([
    runOneAfterAnother(before.options),
    runAtTheSameTime(together.options),
  ]);
  for (const runs of [plain, capio]) {
    assertEquals(
      runs.map(({ name }) => name),
      ["extract", "delays", "report", "store"],
    );
    for (const { started, reports, ended } of runs) {
      assertGreater(reports[0].at, started);
      assertGreater(ended, reports[0].at);
    }
  }
  for (const name of FILES) {
    const bytes = Deno.readFileSync(before.path(name));
    assertEquals(Deno.readFileSync(together.path(name)), bytes, name);
  }
  assertEquals([...Deno.readDirSync(together.options.directory)].length, 4);
});

Deno.test("sluice workflow runs the plan, and writes the same bytes", async () => {
  using run = new Run(1_000_000);
  using planned = new Run(1_000_000);
  const { directory, size } = planned.options;
  const [, result] = await Promise.all([
    runAtTheSameTime(run.options),
    new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        ...denoFlags,
        join(example, "../../src/cli/mod.ts"),
        "workflow",
        `--deno-flag=--config=${resolve(config)}`,
        planIn(directory, size),
      ],
    }).output(),
  ]);
  const stderr = new TextDecoder().decode(result.stderr);
  assertEquals(result.code, 0, stderr);
  for (const name of FILES) {
    const bytes = Deno.readFileSync(run.path(name));
    assertEquals(Deno.readFileSync(planned.path(`out/${name}`)), bytes, name);
    assertStringIncludes(stderr, `${name} `);
  }
});

Deno.test("delays by the hour are those of the flights", async () => {
  using run = new Run(1_000_000);
  const runs = await runAtTheSameTime(run.options);
  const rows = Deno.readTextFileSync(run.path("flights.csv")).trimEnd()
    .split("\n").slice(1);
  assertEquals(runs[1].reports.at(-1)?.count, rows.length);

  const flights: { time: number; delay: number; distance: number }[] = JSON
    .parse(Deno.readTextFileSync(flightsUrl));
  assertEquals(rows[0], "00:00,0,1452");
  rows.forEach((row, index) => {
    const [time, delay, distance] = row.split(",");
    const flight = flights[index];
    assert(
      Number(delay) === flight.delay && Number(distance) === flight.distance,
    );
    assert(Number(time.slice(0, 2)) === Math.floor(flight.time));
  });

  const hour = 7;
  const delays = flights.slice(0, rows.length)
    .filter(({ time }) => Math.floor(time) === hour)
    .map(({ delay }) => delay)
    .sort((one, other) => one - other);
  const mean = delays.reduce((sum, delay) => sum + delay) / delays.length;
  const quantiles = [0.1, 0.25, 0.5, 0.75, 0.9].map((share) =>
    delays[Math.ceil(share * delays.length) - 1]
  );
  const lines = Deno.readTextFileSync(run.path("delays.csv")).split("\n");
  assertEquals(lines[0], "hour,flights,mean,p10,p25,p50,p75,p90");
  assertEquals(
    lines[1 + hour],
    [hour, delays.length, mean.toFixed(2), ...quantiles].join(","),
  );
});

Deno.test("the evening is read back from the time series", async () => {
  using run = new Run(1_000_000);
  await runAtTheSameTime(run.options);
  const linesOf = (name: string) =>
    Deno.readTextFileSync(run.path(name)).trimEnd().split("\n")
      .map((line) => line.split(","));
  const evening = linesOf("delays.csv").slice(1)
    .filter(([hour]) => Number(hour) >= 17 && Number(hour) < 22);
  assertEquals(
    linesOf("evening.csv").slice(1),
    evening.map(([hour, ...values]) => [
      `2001-01-01T${hour}:00:00Z`,
      ...values.map((value) => `${Number(value)}`),
    ]),
  );
});

for (const [name, runner] of Object.entries(RUNNERS)) {
  Deno.test(`${name}: a step that fails ends the others`, async () => {
    using run = new Run(1_000_000);
    // Nothing can be written there; at once, nothing can be read there either.
    Deno.mkdirSync(run.path("delays.csv"));
    const error = await assertRejects(() => runner(run.options), Error);
    assertMatch(
      error.message,
      /^Step "(delays|report|store)" failed: exit code 1$/,
    );
  });

  Deno.test(`${name}: an abort ends the steps`, async () => {
    const interrupt = new AbortController();
    using run = new Run(1e12, interrupt.signal);
    const result = runner(run.options);
    setTimeout(() => interrupt.abort(new Error("Enough")), 500);
    await assertRejects(() => result, Error, "Enough");
  });
}

function startDemo(args: string[], temporary?: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      ...denoFlags,
      fromFileUrl(new URL("../../examples/flights/demo.ts", import.meta.url)),
      ...args,
    ],
    env: { NO_COLOR: "1", ...(temporary && { TMPDIR: temporary }) },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function demo(...args: string[]) {
  const { code, stdout, stderr } = await startDemo(args).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

Deno.test("the demo compares both ways and leaves its results", async () => {
  const out = Deno.makeTempDirSync();
  const { code, stdout, stderr } = await demo(
    "--size",
    "2",
    "--rate",
    "1",
    "--out",
    out,
  );
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertMatch(stdout, /wall time +\d+\.\d\d s +\d+\.\d\d s/);
  assertMatch(stdout, /first byte of delays +\d+\.\d\d s +\d+\.\d\d s/);
  assertMatch(
    stdout,
    /\d\.\d\d times as fast, and the same bytes in all files/,
  );
  assertMatch(stdout, /delays\.ts had read \d+ % of the flights/);
  for (const source of ["extract", "download"]) {
    const ratios = new RegExp(
      `first byte of ${source} [^]*` +
        "At once takes \\d+\\.\\d\\d of the time of one after another: " +
        "\\d+\\.\\d\\d times as fast\n" +
        `At once takes \\d+\\.\\d\\d of the time of ${source}.ts alone, which is`,
    );
    assertMatch(stdout, ratios);
  }
  assertMatch(stdout, /a server that sends 1 MB\/s/);
  const svg = Deno.readTextFileSync(join(out, "report.svg"));
  assert(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"'));
  assertStringIncludes(svg, "Delays build up over the day");
  Deno.removeSync(out, { recursive: true });
});

for (const option of ["--size", "--rate"]) {
  Deno.test(`the demo refuses a wrong "${option}" in one line`, async () => {
    const wrong = await demo(option, "big");
    assertEquals(wrong.code, 1);
    assertEquals(
      wrong.stderr,
      `demo: "${option}" must be a number of megabytes, found "big"\n`,
    );
  });
}

Deno.test("the slow source sends every byte, at its rate at most", async () => {
  const path = Deno.makeTempFileSync();
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  Deno.writeFileSync(path, bytes);
  await using server = serveSlowly(path, 100_000);
  const begun = performance.now();
  const response = await fetch(server.url);
  assertEquals(await response.bytes(), bytes);
  assertGreater(performance.now() - begun, 500);
  Deno.removeSync(path);
});

Deno.test("the slow source can end while it sends", async () => {
  const path = Deno.makeTempFileSync();
  Deno.writeFileSync(path, new Uint8Array(1_000_000));
  const server = serveSlowly(path, 100_000);
  const response = await fetch(server.url);
  await server[Symbol.asyncDispose]();
  await assertRejects(() => response.bytes());
  Deno.removeSync(path);
});

Deno.test({
  name: "Ctrl-C ends the demo and leaves nothing behind",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const temporary = Deno.makeTempDirSync();
    const child = startDemo(["--size", "1000"], temporary);
    while ([...Deno.readDirSync(temporary)].length === 0) await delay(20);
    await delay(200);
    child.kill("SIGINT");
    const { code, stderr } = await child.output();
    assertEquals({ code, stderr: stderr.length }, { code: 130, stderr: 0 });
    assertEquals([...Deno.readDirSync(temporary)], []);
    Deno.removeSync(temporary);
  },
});
