/**
 * Runs the flights workflow twice, one step after another on plain files and
 * all steps at the same time with sluice, and compares.
 *
 * ```sh
 * deno task demo
 * ```
 *
 * @module
 */
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { fromFileUrl, join } from "@std/path";
import { workflowStatus } from "../../src/capio/mod.ts";
import { stdConfigArgs } from "../../tools/std_config.ts";
import {
  FILES,
  prepareSteps,
  runAtTheSameTime,
  runOneAfterAnother,
  type RunOptions,
  type StepRun,
  WORKFLOW_NAME,
} from "./steps.ts";
import { watchFiles } from "./watch_files.ts";

const HELP = `Usage: deno task demo [--size MEGABYTES] [--out DIRECTORY]

Runs four ordinary programs, one after another and then at the same time:
extract.ts writes flights.csv, delays.ts reads it and writes delays.csv,
report.ts reads that and draws report.svg, store.ts keeps it as a time series
and reads evening.csv back.

  --size MEGABYTES  size of flights.csv (150)
  --out DIRECTORY   where the results of the second run go (examples/flights/out)`;

const DEFAULT_SIZE = "150";
const MEGABYTE = 1e6;

/** Below it starting the processes takes longer than the work. */
const LEAST_SIZE_TO_COMPARE = 20 * MEGABYTE;

interface Options {
  /** Bytes of `flights.csv`. */
  readonly size: number;
  /** Directory for the results. */
  readonly out: string;
}

if (import.meta.main) {
  const interrupt = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => interrupt.abort());
  }
  try {
    const options = parseOptions(Deno.args);
    if (options) await demo(options, interrupt.signal);
    else console.log(HELP);
    Deno.exit();
  } catch (error) {
    if (interrupt.signal.aborted) Deno.exit(130);
    console.error(`demo: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
}

/** What the arguments ask for; `undefined`: help. */
function parseOptions(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      size: { type: "string", default: DEFAULT_SIZE },
      out: {
        type: "string",
        default: fromFileUrl(new URL("out", import.meta.url)),
      },
      help: { type: "boolean" },
    },
  });
  if (values.help) return undefined;
  const size = Number(values.size) * MEGABYTE;
  if (!(size >= 1)) {
    throw new RangeError(
      `"--size" must be a number of megabytes, found "${values.size}"`,
    );
  }
  return { size: Math.round(size), out: values.out };
}

async function demo(
  { size, out }: Options,
  signal: AbortSignal,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "flights-" });
  try {
    const plainDirectory = join(directory, "one-after-another");
    const capioDir = join(directory, "at-the-same-time");
    await Promise.all([Deno.mkdir(plainDirectory), Deno.mkdir(capioDir)]);
    const denoFlags = await stdConfigArgs();
    const options = { size, signal, denoFlags };
    await prepareSteps(denoFlags);

    console.log(`${size / MEGABYTE} MB of flights through four programs`);
    const plain = await plainRun({ ...options, directory: plainDirectory });
    const capio = await capioRun({ ...options, directory: capioDir });
    await assertSameFiles(plainDirectory, capioDir);
    await copyFiles(capioDir, out);
    report(plain, capio, out);
    if (size >= LEAST_SIZE_TO_COMPARE) assertStreamed(capio);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function plainRun(options: RunOptions): Promise<StepRun[]> {
  return watchFiles(
    filesOf(options),
    (name) => sizeOf(join(options.directory, name)),
    () => runOneAfterAnother(options),
  );
}

function capioRun(options: RunOptions): Promise<StepRun[]> {
  const { directory } = options;
  return watchFiles(
    filesOf(options),
    (name) =>
      workflowStatus(directory, WORKFLOW_NAME)?.files
        .find(({ path }) => path === name)?.size,
    () => runAtTheSameTime(options),
  );
}

/** The files, with the sizes that are known beforehand. */
function filesOf({ size }: RunOptions): Map<string, number> {
  return new Map(FILES.map((name, step) => [name, step === 0 ? size : -1]));
}

function sizeOf(path: string): number | undefined {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function assertSameFiles(one: string, other: string): Promise<void> {
  for (const name of FILES) {
    if (await hashOf(join(one, name)) === await hashOf(join(other, name))) {
      continue;
    }
    throw new Error(`The two runs wrote different bytes to "${name}"`);
  }
}

async function hashOf(path: string): Promise<string> {
  using file = await Deno.open(path);
  const hash = createHash("sha256");
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

/** All but the flights themselves, which are many. */
async function copyFiles(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for (const name of FILES.slice(1)) {
    await Deno.copyFile(join(from, name), join(to, name));
  }
}

function report(plain: StepRun[], capio: StepRun[], out: string): void {
  const [before, after] = [plain, capio].map(wallTime);
  console.log(`
                       one after another   at the same time
wall time              ${column(before)}   ${column(after)}
${
    plain.map((run, step) =>
      `first byte of ${run.name.padEnd(8)} ${column(firstByte(run))}   ${
        column(firstByte(capio[step]))
      }`
    ).join("\n")
  }

${(before / after).toFixed(2)} times as fast, and the same bytes in all files${
    before > after ? "" : `
Steps at once are faster where two processors are idle, and here are ${navigator.hardwareConcurrency} for all programs`
  }
When extract.ts ended, delays.ts had read ${
    percent(shareStreamed(capio))
  } of the flights
The chart: ${join(out, "report.svg")}`);
}

function assertStreamed(capio: StepRun[]): void {
  const share = shareStreamed(capio);
  if (share > 0.5) return;
  throw new Error(
    `delays.ts had read only ${
      percent(share)
    } of the flights when extract.ts ended: run again when the machine has two processors to spare`,
  );
}

/** How much of its input the second step had read when the first one ended. */
function shareStreamed([extract, delays]: StepRun[]): number {
  const read = delays.reports.findLast(({ at }) => at <= extract.ended);
  return (read?.count ?? 0) / (delays.reports.at(-1)?.count ?? NaN);
}

function wallTime(runs: StepRun[]): number {
  return Math.max(...runs.map(({ ended }) => ended));
}

function firstByte({ reports }: StepRun): number {
  return reports[0]?.at ?? NaN;
}

function column(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`.padStart(17);
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`;
}
