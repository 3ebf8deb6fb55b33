/**
 * Runs the polyglot workflow one step after another with the shell and all steps
 * at the same time with sluice, and compares bytes, times and first bytes.
 *
 * ```sh
 * deno task demo:polyglot
 * ```
 *
 * @module
 */
import { parseArgs } from "node:util";
import { join, resolve } from "@std/path";
import { stdConfigArgs } from "../../tools/std_config.ts";
import { flightsUrl } from "../flights/dataset.ts";
import {
  type Choice,
  chooseSteps,
  DATA,
  type Run,
  runAtTheSameTime,
  runOneAfterAnother,
  SOURCE,
} from "./steps.ts";

const HELP = `Usage: deno task demo:polyglot [--size MEGABYTES]

Runs gzip, awk, sort, split, wc, sqlite3, python3 and a Deno program on real
flights: one after another with the shell, then at the same time with sluice.
What this machine lacks is named and left out.

  --size MEGABYTES  size of the flights, unpacked (64)`;

const MEGABYTE = 1e6;

if (import.meta.main) {
  const interrupt = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => interrupt.abort());
  }
  try {
    const { values } = parseArgs({
      args: Deno.args,
      options: {
        size: { type: "string", default: "64" },
        help: { type: "boolean" },
      },
    });
    if (values.help) console.log(HELP);
    else await demo(bytes(values.size), interrupt.signal);
    Deno.exit();
  } catch (error) {
    if (interrupt.signal.aborted) Deno.exit(130);
    console.error(`demo: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
}

function bytes(megabytes: string): number {
  const count = Math.round(Number(megabytes) * MEGABYTE);
  if (count >= 1) return count;
  throw new RangeError(
    `"--size" must be a number of megabytes, found "${megabytes}"`,
  );
}

async function demo(size: number, signal: AbortSignal): Promise<void> {
  const choice = await chooseSteps();
  const names = choice.plan.steps.map(({ name }) => name).join(", ");
  console.log(`${size / MEGABYTE} MB of flights through ${names}`);
  for (const line of choice.leftOut) console.log(line);
  const base = await Deno.makeTempDir({ prefix: "polyglot-" });
  try {
    const [, config] = await stdConfigArgs();
    const denoFlags = config ? [`--config=${resolve(config)}`] : [];
    const source = await packFlights(base, size);
    const directories = ["one-after-another", "at-the-same-time"]
      .map((name) => join(base, name));
    for (const directory of directories) {
      await Deno.mkdir(join(directory, DATA), { recursive: true });
      await Deno.link(source, join(directory, DATA, SOURCE));
    }
    const options = { choice, denoFlags, signal };
    const [plainDirectory, capioDirectory] = directories;
    const plain = await runOneAfterAnother({
      ...options,
      directory: plainDirectory,
    });
    const capio = await runAtTheSameTime({
      ...options,
      directory: capioDirectory,
    });
    await assertSameFiles(
      join(plainDirectory, DATA),
      join(capioDirectory, DATA),
    );
    console.log(comparison(choice, plain, capio));
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

/** Writes the flights as CSV, again and again up to a size, and packs them. */
async function packFlights(directory: string, size: number): Promise<string> {
  const path = join(directory, SOURCE);
  const flights: { time: number; delay: number; distance: number }[] = JSON
    .parse(await Deno.readTextFile(flightsUrl));
  const text = flights.map(({ time, delay, distance }) =>
    `${clock(time)},${delay},${distance}\n`
  ).join("");
  using file = await Deno.create(path);
  await ReadableStream.from(repeated(text, size))
    .pipeThrough(new TextEncoderStream())
    .pipeThrough(new CompressionStream("gzip"))
    .pipeTo(file.writable);
  return path;
}

function* repeated(text: string, size: number): Generator<string> {
  yield "time,delay,distance\n";
  for (let rest = size; rest > 0; rest -= text.length) {
    // Whole lines.
    yield text.slice(0, text.indexOf("\n", rest - 1) + 1) || text;
  }
}

function clock(time: number): string {
  const minutes = Math.round(time * 60);
  const hour = String(Math.floor(minutes / 60)).padStart(2, "0");
  return `${hour}:${String(minutes % 60).padStart(2, "0")}`;
}

/** Compares all files of two directories, byte by byte. */
async function assertSameFiles(one: string, other: string): Promise<void> {
  const { code, stdout } = await new Deno.Command("diff", {
    args: ["-r", one, other],
  }).output();
  if (code === 0) return;
  const [line] = new TextDecoder().decode(stdout).split("\n");
  throw new Error(`The two runs wrote different bytes: ${line}`);
}

function comparison({ outputs }: Choice, plain: Run, capio: Run): string {
  const firstBytes = outputs.map((name) =>
    `first byte of ${name.padEnd(14)}${
      column(plain.firstBytes.get(name) ?? NaN)
    }   ${column(capio.firstBytes.get(name) ?? NaN)}`
  );
  return `
                            one after another   at the same time
wall time                   ${column(plain.ended)}   ${column(capio.ended)}
${firstBytes.join("\n")}

At the same time: ${
    (plain.ended / capio.ended).toFixed(2)
  } times as fast, and the same bytes in all files`;
}

function column(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`.padStart(17);
}
