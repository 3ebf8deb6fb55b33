/**
 * Runs the flights workflow one step after another on plain files, and with its
 * steps on two machines that share nothing but a NATS server, and compares.
 *
 * ```sh
 * deno task demo:machines
 * ```
 *
 * @module
 */
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { fromFileUrl, join, resolve } from "@std/path";
import { stdConfigArgs } from "../../tools/std_config.ts";
import { FILES, prepareSteps, runOneAfterAnother } from "../flights/steps.ts";
import { type Machine, machines } from "./machines.ts";
import { startServer } from "./server.ts";

const HELP = `Usage: deno task demo:machines [--size MEGABYTES] [--one-network]

Runs four ordinary programs on two machines: extract.ts writes flights.csv in the
north, delays.ts reads it in the south and writes delays.csv, report.ts reads
that in the north and draws report.svg, store.ts reads it in the south and writes
evening.csv. It needs nats-server.

  --size MEGABYTES  size of flights.csv (64)
  --one-network     no network namespaces, also where they can be made`;

const MEGABYTE = 1e6;

/** The machine on which each file stays. */
const HOMES: Readonly<Record<(typeof FILES)[number], string>> = {
  "flights.csv": "north",
  "delays.csv": "south",
  "report.svg": "north",
  "evening.csv": "south",
};

interface Options {
  /** Bytes of `flights.csv`. */
  readonly size: number;
  /** Whether the machines are told apart by their directories alone. */
  readonly oneNetwork: boolean;
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
      size: { type: "string", default: "64" },
      "one-network": { type: "boolean", default: false },
      help: { type: "boolean" },
    },
  });
  if (values.help) return undefined;
  const size = Math.round(Number(values.size) * MEGABYTE);
  if (size >= 1) return { size, oneNetwork: values["one-network"] };
  throw new RangeError(
    `"--size" must be a number of megabytes, found "${values.size}"`,
  );
}

async function demo(
  { size, oneNetwork }: Options,
  signal: AbortSignal,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "two-machines-" });
  try {
    const denoFlags = await stdConfigArgs();
    await prepareSteps(denoFlags);
    console.log(`${size / MEGABYTE} MB of flights through four programs`);
    const plain = join(directory, "plain");
    await Deno.mkdir(plain);
    const runs = await runOneAfterAnother({
      directory: plain,
      size,
      denoFlags,
      signal,
    });
    const before = Math.max(...runs.map(({ ended }) => ended));

    await using network = await machines(["north", "south"], { oneNetwork });
    await using server = await startServer(network.address, directory);
    console.log(`
Two machines, ${network.description}, and a NATS server at ${server.host}`);
    const begun = performance.now();
    const seen = await Promise.all(network.machines.map(async (machine) => {
      const place = await layOut(join(directory, machine.name), size);
      return await runOn(machine, place, server.url, signal);
    }));
    const after = performance.now() - begun;
    for (const text of seen) console.log(text);

    await assertSameFiles(plain, directory);
    console.log(`
                             wall time
one after another  ${seconds(before)}
on two machines    ${seconds(after)}
${
      before > after ? "" : `
Two real machines have two times the processors; these share ${navigator.hardwareConcurrency}, and the start of their agents takes a second
`
    }
The same bytes in all files, each on the machine that wrote it: ${
      FILES.map((name) => `${name} (${HOMES[name]})`).join(", ")
    }`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Copies the plan to a machine, for another size; returns its path there. */
async function layOut(directory: string, size: number): Promise<string> {
  const example = fromFileUrl(new URL(".", import.meta.url));
  const plan = JSON.parse(
    await Deno.readTextFile(join(example, "flights.json")),
  );
  for (const step of plan.steps) step.script = resolve(example, step.script);
  plan.capioCl = resolve(example, plan.capioCl);
  plan.steps[0].args[1] = String(size);
  await Deno.mkdir(join(directory, plan.capioDir), { recursive: true });
  const path = join(directory, "flights.json");
  await Deno.writeTextFile(path, JSON.stringify(plan));
  return path;
}

/** Runs the steps of a machine; resolves to what the command has told. */
async function runOn(
  { name, command }: Machine,
  plan: string,
  url: string,
  signal: AbortSignal,
): Promise<string> {
  const [option, config] = await stdConfigArgs();
  const flags = config === undefined
    ? []
    : [`--deno-flag=${option}=${resolve(config)}`];
  const cli = fromFileUrl(new URL("../../src/cli/mod.ts", import.meta.url));
  const [program, ...args] = command([
    Deno.execPath(),
    ...[
      "run",
      "-A",
      "--quiet",
      ...config ? [`--config=${resolve(config)}`] : [],
    ],
    ...[cli, "workflow", `--machine=${name}`, ...flags, plan],
  ]);
  const child = new Deno.Command(program, {
    args,
    // Other users see arguments, so a login stands in the environment.
    env: { SLUICE_NATS_URL: url, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal,
  }).spawn();
  const { success, code, stderr } = await child.output();
  signal.throwIfAborted();
  const told = new TextDecoder().decode(stderr).trim();
  if (success) return told;
  throw new Error(`Machine "${name}" ended with exit code ${code}: ${told}`);
}

async function assertSameFiles(
  plain: string,
  directory: string,
): Promise<void> {
  for (const name of FILES) {
    const place = join(directory, HOMES[name], "out", name);
    if (await hashOf(place) === await hashOf(join(plain, name))) continue;
    throw new Error(`Two runs wrote different bytes to "${name}"`);
  }
}

async function hashOf(path: string): Promise<string> {
  using file = await Deno.open(path);
  const hash = createHash("sha256");
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`.padStart(19);
}
