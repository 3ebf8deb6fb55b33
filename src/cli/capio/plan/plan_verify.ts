import { join } from "@std/path";
import { CapioClEngine, parseCapioCl } from "../../../capio/mod.ts";
import { compileGlob } from "../../../internal/mod.ts";
import { shownMessage, Terminal } from "../../command/mod.ts";
import {
  changedPaths,
  compareRuns,
  copyPlan,
  differingPaths,
  type FileTree,
  judge,
  makeCopy,
  type MakeCopyOptions,
  planInCopy,
  readTree,
} from "../../verify/mod.ts";
import { assertCapioDir, type PlanFile } from "./plan_file.ts";
import { runPlainly } from "./plan_in_order.ts";
import { type PlanRunOptions, type PlanWatcher, runPlan } from "./plan_run.ts";
import { badEndOf } from "./step_processes.ts";

/** How a plan is verified. */
export interface PlanVerifyOptions extends PlanRunOptions {
  /** Globs for outputs that are not compared. */
  readonly ignore: readonly string[];
  /** Whether the runs begin with the outputs of earlier ones that are there. */
  readonly withOutputs: boolean;
}

/** A run that has ended well. */
interface Run {
  readonly before: FileTree;
  readonly after: FileTree;
  /** What each step has printed to standard output. */
  readonly printed: ReadonlyMap<string, string>;
  readonly milliseconds: number;
}

/** A run that has not ended well, and why. */
interface FailedRun {
  readonly code: number;
  readonly why: string;
}

/**
 * Runs a plan in order twice and at once, each in a copy of its directory, and
 * compares what comes out.
 *
 * @returns The exit code of the command.
 */
export async function verifyPlan(
  plan: PlanFile,
  { ignore, withOutputs, ...options }: PlanVerifyOptions,
  signal: AbortSignal,
): Promise<number> {
  assertCapioDir(plan);
  const terminal = new Terminal("stderr");
  const tell = (text: string) =>
    terminal.print(`sluice workflow: ${shownMessage(text)}`);
  const refuse = async ({ code, why }: FailedRun) => {
    await tell(`Not verified: ${why}`);
    return code;
  };
  const original = await readTree(plan.capioDir);
  const engine = await engineOf(plan);
  const isOutput = (path: string) =>
    !withOutputs && engine !== undefined && engine.producers(path).length > 0;
  const base = await Deno.makeTempDir({ prefix: "sluice-verify-" });
  try {
    await tell(`Runs in copies of "${plan.capioDir}", in "${base}"`);
    const inCopy = async (name: string, run: RunIn) => {
      await tell(`Runs ${name}`);
      const place = join(base, name.replaceAll(" ", "-"));
      return await runInCopy(plan, place, run, { isOutput, signal });
    };
    const inOrder: RunIn = async (plan, watcher) => {
      const { denoFlags } = options;
      const run = await runPlainly(plan, { denoFlags, watcher }, signal);
      const { failure } = run;
      if (!failure) return run;
      const { name, code, why } = failure;
      const end = why === undefined ? badEndOf(failure) : `failed: ${why}`;
      return { code, why: `in order, step "${name}" ${end}` };
    };
    let isOutOfOrder = false;
    const atOnce: RunIn = async (plan, watcher) => {
      const begun = performance.now();
      const ends: string[] = [];
      const code = await runPlan(plan, options, {
        ...watcher,
        end({ kind, text }) {
          isOutOfOrder = kind === "careful";
          ends.push(text);
        },
      }, signal);
      const milliseconds = performance.now() - begun;
      if (code === 0 || isOutOfOrder) return { milliseconds };
      return { code, why: `at once it did not end well: ${ends.join()}` };
    };
    const first = await inCopy("in order", inOrder);
    if ("code" in first) return await refuse(first);
    const second = await inCopy("in order again", inOrder);
    if ("code" in second) return await refuse(second);
    const last = await inCopy("at once", atOnce);
    if ("code" in last) return await refuse(last);
    const unstable = await differingPaths(first.after, second.after, signal);
    const comparison = compareRuns({
      ordered: new Set(second.after.keys()),
      atOnce: new Set(last.after.keys()),
      unstable,
      differing: await differingPaths(second.after, last.after, signal),
      written: changedPaths(second.before, second.after),
      isIgnored: matcherOf(ignore),
      engine,
    });
    const isStable = (step: string) =>
      first.printed.get(step) === second.printed.get(step);
    const printers = plan.steps.map(({ name }) => name).filter((it) =>
      isStable(it) && (second.printed.has(it) || last.printed.has(it))
    );
    const printsSame = (step: string) =>
      second.printed.get(step) === last.printed.get(step);
    const verdict = judge({
      comparison,
      printSame: printers.filter(printsSame),
      printOther: printers.filter((it) => !printsSame(it)),
      touched: [...changedPaths(original, await readTree(plan.capioDir))],
      isOutOfOrder,
      inOrder: Math.min(first.milliseconds, second.milliseconds),
      atOnce: last.milliseconds,
    });
    for (const line of verdict.lines) await tell(line);
    await tell(verdict.text);
    return verdict.isVerified ? 0 : 1;
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

/** Runs a plan that lies in a copy. */
type RunIn = (
  plan: PlanFile,
  watcher: PlanWatcher,
) => Promise<Pick<Run, "milliseconds"> | FailedRun>;

async function runInCopy(
  plan: PlanFile,
  root: string,
  run: RunIn,
  options: MakeCopyOptions,
): Promise<Run | FailedRun> {
  const copy = copyPlan(plan, root);
  await makeCopy(copy, plan, options);
  const placed = planInCopy(plan, copy);
  const before = await readTree(placed.capioDir);
  const printed = new Map<string, string>();
  const result = await run(placed, {
    print(step, lines, stream) {
      if (stream !== "stdout") return;
      const text = lines.map((line) => `${line}\n`).join("");
      printed.set(step, (printed.get(step) ?? "") + text);
    },
    endStep() {},
  });
  options.signal.throwIfAborted();
  if ("code" in result) return result;
  const after = await readTree(placed.capioDir);
  for (const [step, text] of printed) {
    // A program may say where it is.
    printed.set(step, text.replaceAll(root, ""));
  }
  return { ...result, before, after, printed };
}

async function engineOf(
  { capioCl, capioDir }: PlanFile,
): Promise<CapioClEngine | undefined> {
  if (capioCl === undefined) return undefined;
  const config = parseCapioCl(await Deno.readTextFile(capioCl));
  return new CapioClEngine(config, { capioDir });
}

function matcherOf(globs: readonly string[]): (path: string) => boolean {
  const matchers = globs.map((glob) => compileGlob(glob));
  return (path) => matchers.some((isMatch) => isMatch(path));
}
