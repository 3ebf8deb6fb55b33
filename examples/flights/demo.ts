/**
 * Runs the flights workflow one step after another on plain files and all steps
 * at the same time with sluice, and compares: first with a source that is as
 * fast as the machine, then with one that is slower, as a download is.
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
import { serveSlowly } from "./slow_server.ts";
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

const HELP =
  `Usage: deno task demo [--size MEGABYTES] [--rate MEGABYTES] [--out DIRECTORY]

Runs four ordinary programs, one after another and then at the same time:
extract.ts writes flights.csv, delays.ts reads it and writes delays.csv,
report.ts reads that and draws report.svg, store.ts keeps it as a time series
and reads evening.csv back. Then the same with download.ts in place of
extract.ts: it gets the flights from a server on this machine that sends them at
a stated rate.

  --size MEGABYTES  size of flights.csv (64)
  --rate MEGABYTES  what the server sends in a second (16)
  --out DIRECTORY   where the results go (examples/flights/out)`;

const DEFAULT_SIZE = "64";
const DEFAULT_RATE = "16";
const MEGABYTE = 1e6;

/** With fewer bytes, starting the processes takes longer than the work. */
const LEAST_SIZE_TO_COMPARE = 20 * MEGABYTE;

interface Options {
  /** Bytes of `flights.csv`. */
  readonly size: number;
  /** Bytes that the slow source sends in a second. */
  readonly rate: number;
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

/** Takes the arguments apart; `undefined` when they ask for help. */
function parseOptions(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      size: { type: "string", default: DEFAULT_SIZE },
      rate: { type: "string", default: DEFAULT_RATE },
      out: {
        type: "string",
        default: fromFileUrl(new URL("out", import.meta.url)),
      },
      help: { type: "boolean" },
    },
  });
  if (values.help) return undefined;
  return {
    size: bytes("--size", values.size),
    rate: bytes("--rate", values.rate),
    out: values.out,
  };
}

function bytes(option: string, megabytes: string): number {
  const count = Math.round(Number(megabytes) * MEGABYTE);
  if (count >= 1) return count;
  throw new RangeError(
    `"${option}" must be a number of megabytes, found "${megabytes}"`,
  );
}

async function demo(
  { size, rate, out }: Options,
  signal: AbortSignal,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "flights-" });
  try {
    const denoFlags = await stdConfigArgs();
    await prepareSteps(denoFlags);
    const options = { size, signal, denoFlags };
    console.log(`${size / MEGABYTE} MB of flights through four programs`);

    const fast = await runBothWays({
      ...options,
      directory: join(directory, "fast"),
    });
    console.log(`
extract.ts makes them as fast as this machine can
${comparison(fast)}`);

    await using server = serveSlowly(join(fast.plainDirectory, FILES[0]), rate);
    const slow = await runBothWays({
      ...options,
      source: server.url,
      directory: join(directory, "slow"),
    });
    console.log(`
download.ts gets them from a server that sends ${rate / MEGABYTE} MB/s
${comparison(slow)}`);

    await assertSameFiles(fast.plainDirectory, [
      fast.capioDirectory,
      slow.plainDirectory,
      slow.capioDirectory,
    ]);
    await copyFiles(fast.capioDirectory, out);
    console.log(`
${conclusion(fast, slow)}
The chart: ${join(out, "report.svg")}`);
    if (size >= LEAST_SIZE_TO_COMPARE) assertStreamed(fast.capio);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The same steps, run both ways. */
interface BothWays {
  readonly plain: StepRun[];
  readonly plainDirectory: string;
  readonly capio: StepRun[];
  readonly capioDirectory: string;
}

async function runBothWays(options: RunOptions): Promise<BothWays> {
  const plainDirectory = join(options.directory, "one-after-another");
  const capioDirectory = join(options.directory, "at-the-same-time");
  await Deno.mkdir(plainDirectory, { recursive: true });
  await Deno.mkdir(capioDirectory);
  return {
    plain: await plainRun({ ...options, directory: plainDirectory }),
    plainDirectory,
    capio: await capioRun({ ...options, directory: capioDirectory }),
    capioDirectory,
  };
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
      workflowStatus(directory, { workflowName: WORKFLOW_NAME })?.files
        .find(({ path }) => path === name)?.size,
    () => runAtTheSameTime(options),
  );
}

/** The files, with the sizes that are known before the run. */
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

async function assertSameFiles(
  one: string,
  others: string[],
): Promise<void> {
  for (const name of FILES) {
    const hash = await hashOf(join(one, name));
    for (const other of others) {
      if (await hashOf(join(other, name)) === hash) continue;
      throw new Error(`Two runs wrote different bytes to "${name}"`);
    }
  }
}

async function hashOf(path: string): Promise<string> {
  using file = await Deno.open(path);
  const hash = createHash("sha256");
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

/** Copies all files but the flights themselves, which are large. */
async function copyFiles(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for (const name of FILES.slice(1)) {
    await Deno.copyFile(join(from, name), join(to, name));
  }
}

function comparison({ plain, capio }: BothWays): string {
  const [before, after] = [plain, capio].map(wallTime);
  const alone = sourceAlone(plain);
  return `                         one after another   at the same time
wall time                ${column(before)}   ${column(after)}
${
    plain.map((run, step) =>
      `first byte of ${nameOf(run).padEnd(11)}${column(firstByte(run))}   ${
        column(firstByte(capio[step]))
      }`
    ).join("\n")
  }

At once takes ${ratio(after, before)} of the time of one after another: ${
    ratio(before, after)
  } times as fast
At once takes ${ratio(after, alone)} of the time of ${
    plain[0].script
  } alone, which is ${seconds(alone)}${
    before > after ? "" : `
Steps at once are faster where two processors are idle, and here are ${navigator.hardwareConcurrency} for all programs`
  }`;
}

/** The program without the end of its name. */
function nameOf({ script }: StepRun): string {
  return script.replace(/\.ts$/, "");
}

function conclusion(fast: BothWays, slow: BothWays): string {
  const [before, after] = [slow.plain, slow.capio].map(wallTime);
  const beyond = after - sourceAlone(slow.plain);
  return `With the slow source all steps at once were ${
    ratio(before, after)
  } times as fast, and the same bytes in all files of all four runs
They took ${seconds(beyond)} longer than the source alone
When extract.ts ended, delays.ts had read ${
    percent(shareStreamed(fast.capio))
  } of the flights`;
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

/** The part of its input that the second step had read when the first ended. */
function shareStreamed([extract, delays]: StepRun[]): number {
  const read = delays.reports.findLast(({ at }) => at <= extract.ended);
  return (read?.count ?? 0) / (delays.reports.at(-1)?.count ?? NaN);
}

function wallTime(runs: StepRun[]): number {
  return Math.max(...runs.map(({ ended }) => ended));
}

/** Time of the first step when nothing else runs. */
function sourceAlone([source]: StepRun[]): number {
  return source.ended - source.started;
}

function firstByte({ reports }: StepRun): number {
  return reports[0]?.at ?? NaN;
}

function column(milliseconds: number): string {
  return seconds(milliseconds).padStart(17);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

function ratio(one: number, other: number): string {
  return (one / other).toFixed(2);
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`;
}
