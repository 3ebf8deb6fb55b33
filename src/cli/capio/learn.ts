import type { ParseArgsOptionsConfig } from "node:util";
import { basename, dirname, resolve } from "@std/path";
import { serializeCapioCl } from "../../capio/mod.ts";
import {
  assertNoMore,
  type Command,
  parse,
  shownMessage,
  UsageError,
} from "../command/mod.ts";
import {
  checkDenoFlags,
  isSilentByEnvironment,
  splitDenoFlags,
} from "./arguments/mod.ts";
import {
  assertScripts,
  learnedLines,
  learnPlan,
  nameConfiguration,
  type PlanFile,
  type PlanLearned,
  readPlanFile,
} from "./plan/mod.ts";

/** `sluice learn`: a configuration from a run of the steps in their order. */
export const learn: Command = {
  name: "learn",
  summary:
    "Write the CAPIO-CL file of a plan by watching its steps run in order",
  help: `Usage: sluice learn [OPTIONS] FILE

Runs the steps of a plan one after the other, in its order, and watches who
makes, writes, reads, lists and asks the size of what. Then it writes the
CAPIO-CL configuration with which "sluice workflow" runs them at the same time,
and prints each choice with its reason:

  streams        the files that each step makes, and those that it gets
  committed      on_close where every file was closed once in all, otherwise
                 on_termination: a count seen once is no promise
  mode           no_update where every reader reads on, update where one seeks,
                 asks for the size, or what was written is changed later
  permanent      what nobody reads, and what --keep names
  globs          for files whose names differ in their numbers, and for what
                 lies in a directory that a step lists

What no rule can say is told, a line each. "sluice workflow --verify FILE" then
shows whether the steps at the same time give the same.

The steps run as they do without sluice, and what they write stays where they
write it. The configuration that FILE names is not used. When a step fails,
nothing is learned and no file is written; the exit code is that of the step.

The file is the one that FILE names as "capioCl". If it names none, it is FILE
with .capio.json at its end, and "capioCl" is added to FILE.

Options:
  --keep GLOB       Keep these files, too, although a step reads them; relative
                    to capioDir, * matches / too; can be repeated
  --output FILE     Write this file, and leave the plan as it is
  --force           Replace the file if it is there
  --silent          Tell no long waits (default: $CAPIO_SILENT is 1)
  --shared          Let other members of the group of capioDir take part, who
                    say so too (default: $CAPIO_SHARED is group)
  --deno-flag=FLAG  Start every step with this flag of "deno run" too; can be
                    repeated

Any other option goes to "deno run" of every script, too.

Example:
  sluice learn --keep 'report/*' flights.json`,
  async run(args, signal) {
    const { file, output, force, bareFlags, ...options } = parseOptions(args);
    const plan = await readPlanFile(file, { withoutCapioCl: true });
    assertScripts(plan, bareFlags);
    const target = output ?? plan.capioCl ?? besidePlan(file);
    if (!force) await assertFree(target);
    const learned = await learnPlan(plan, options, signal);
    if (!("config" in learned)) return explain(learned, target);
    await Deno.writeTextFile(target, serializeCapioCl(learned.config));
    for (const line of learnedLines(learned)) console.log(line);
    console.log(`sluice learn: Wrote "${target}"`);
    if (output === undefined && plan.capioCl === undefined) {
      await nameInPlan(file, plan, target);
    }
    return 0;
  },
};

const OPTIONS = {
  keep: { type: "string", multiple: true, default: [] },
  output: { type: "string" },
  force: { type: "boolean", default: false },
  silent: { type: "boolean" },
  shared: { type: "boolean", default: false },
  "deno-flag": { type: "string", multiple: true, default: [] },
} as const satisfies ParseArgsOptionsConfig;

function parseOptions(args: string[]) {
  const { own, denoFlags: bareFlags } = splitDenoFlags(args, OPTIONS);
  const { values, positionals } = parse(own, OPTIONS, ["FILE"]);
  assertNoMore(positionals, 1);
  checkDenoFlags(values["deno-flag"]);
  const denoFlags = [...values["deno-flag"], ...bareFlags];
  const { keep, output, force, silent = isSilentByEnvironment() } = values;
  if (keep.includes("")) throw new UsageError(`"--keep" must be a glob`);
  if (output === "") throw new UsageError(`"--output" must be a path`);
  const shared = values.shared ? "group" as const : undefined;
  const [file] = positionals;
  return { file, keep, output, force, silent, shared, denoFlags, bareFlags };
}

function besidePlan(file: string): string {
  const name = basename(file).replace(/\.json$/, "");
  return resolve(dirname(file), `${name}.capio.json`);
}

async function assertFree(target: string): Promise<void> {
  try {
    await Deno.lstat(target);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  throw new Error(
    `"${target}" is there already: replace it with --force, or write another file with --output`,
  );
}

function explain(
  { code, why }: Exclude<PlanLearned, { config: unknown }>,
  target: string,
): number {
  console.error(
    `sluice learn: ${
      shownMessage(why)
    }: nothing is learned, and "${target}" is not written`,
  );
  return code;
}

async function nameInPlan(
  file: string,
  { directory }: PlanFile,
  target: string,
): Promise<void> {
  const name = basename(target);
  const text = await Deno.readTextFile(file);
  const named = nameConfiguration(text, name);
  if (named === undefined) {
    console.log(
      `sluice learn: Add "capioCl": "${name}" to "${resolve(directory, file)}"`,
    );
    return;
  }
  await Deno.writeTextFile(file, named);
  console.log(`sluice learn: Added "capioCl": "${name}" to "${file}"`);
}
