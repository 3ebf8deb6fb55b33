/**
 * Many processes, files, rules, renames, removals, kills and late joiners, by
 * chance. `CAPIO_SEED=n` repeats a round that failed, `CAPIO_SECONDS=n` runs
 * for longer.
 */
import { CapioWorkspace } from "@sluice/sluice/capio";
import { existsSync } from "node:fs";
import { assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { join } from "@std/path";
import {
  contentOf,
  makePlan,
  type Outcome,
  type Plan,
  type PlannedFile,
  type PlannedStep,
} from "./random_plan.ts";
import { seededRandom } from "../../support/seeded_random.ts";
import { type ClApp, Step, type StepResult, TestDirectory } from "../step.ts";

const ACTOR = import.meta.resolve("./random_actor.ts");
const OLD = "what an earlier run has left";

/** How a planned step ended. */
interface Ended extends StepResult {
  readonly plan: PlannedStep;
  readonly outcomes: Outcome[];
  readonly isKilled: boolean;
}

Deno.test("whatever happens, readers get the committed bytes or the error they are due", async () => {
  const seconds = Number(Deno.env.get("CAPIO_SECONDS") ?? 15);
  const given = Deno.env.get("CAPIO_SEED");
  let seed = Number(given ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`CAPIO_SEED=${seed}`);
  const end = performance.now() + seconds * 1000;
  let rounds = 0;
  do {
    const problems = await playRound(makePlan(seededRandom(seed).random));
    assertEquals(problems, [], `CAPIO_SEED=${seed}`);
    seed++;
    rounds++;
  } while (!given && performance.now() < end);
  console.log(`${rounds} rounds`);
});

/** Plays a plan with real processes; says what is not as it should be. */
async function playRound(plan: Plan): Promise<string[]> {
  using dir = new TestDirectory();
  const problems = await playIn(dir, plan);
  // A directory can be renamed to a name only once.
  if (plan.files.some(({ writing }) => writing === "directory")) {
    return problems;
  }
  const again = plan.steps.map((step) => ({ ...step, kill: undefined }));
  return [...problems, ...await playIn(dir, { ...plan, steps: again })];
}

async function playIn(dir: TestDirectory, plan: Plan): Promise<string[]> {
  const cl = writeRules(dir, plan);
  for (const file of plan.files) {
    if (!file.isReplaced) continue;
    await Deno.writeTextFile(join(dir.path, file.path), OLD);
  }
  // Someone has to be there for those who come late, when one may be killed.
  const isKept = plan.steps.some((it) => it.kill !== undefined);
  const keeper = isKept
    ? new CapioWorkspace({
      capioDir: dir.path,
      appName: "keeper",
      capioClConfigurationFile: cl,
    })
    : undefined;
  let ended: Ended[];
  try {
    ended = await allOf(
      plan.steps.map((step) => runStep(dir, cl, step, keeper)),
    );
  } catch (error) {
    return [String(error)];
  } finally {
    keeper?.leave();
  }
  return [
    ...ended.flatMap((step) => problemsOfStep(plan, step, ended)),
    ...plan.files.flatMap((file) => problemsOfFile(dir, file, ended)),
    ...existsSync(join(dir.path, ".capio"))
      ? [`left behind: ${dir.list().join()}`]
      : [],
  ];
}

async function runStep(
  dir: TestDirectory,
  cl: string,
  plan: PlannedStep,
  keeper: CapioWorkspace | undefined,
): Promise<Ended> {
  await delay(plan.start);
  const { app, actions, isTogether, kill, stop } = plan;
  await using step = new Step({
    capioDir: dir.path,
    cl,
    app,
    args: [JSON.stringify({ dir: dir.path, actions, isTogether })],
    code: `import "${ACTOR}";`,
  });
  const at = (time: number | undefined, signal?: Deno.Signal) =>
    time === undefined
      ? undefined
      : setTimeout(() => step.killIfRunning(signal), time);
  const timers = [
    at(kill),
    at(stop, "SIGSTOP"),
    at(stop && stop * 2, "SIGCONT"),
  ];
  const result = await step.result;
  for (const timer of timers) clearTimeout(timer);
  const isKilled = result.signal === "SIGKILL";
  const hasJoined = keeper?.status().members.some((it) => it.app === app);
  if (isKilled && !hasJoined) {
    // Nobody can know that it was ever meant to come.
    return await runStep(dir, cl, { ...plan, kill: undefined }, keeper);
  }
  const outcomes = result.stdout.split("\n").slice(0, -1)
    .map((line): Outcome => JSON.parse(line));
  return { ...result, plan, outcomes, isKilled };
}

/** What a step said, but for the files that are written again on purpose. */
function complaintsOf({ files }: Plan, stderr: string): string {
  const isTold = (line: string) =>
    files.some(({ path, writing }) =>
      writing === "again" && line.includes(` opened "${path}" again `)
    );
  return stderr.split("\n").filter((line) => !isTold(line)).join("\n");
}

function problemsOfStep(plan: Plan, step: Ended, all: Ended[]): string[] {
  const { app } = step.plan;
  const problems: string[] = [];
  const complain = (text: string) => problems.push(`${app}: ${text}`);
  const complaints = complaintsOf(plan, step.stderr);
  if (!step.isKilled && (step.code !== 0 || complaints !== "")) {
    complain(`exit code ${step.code}, ${complaints}`);
  }
  for (const outcome of step.outcomes) {
    if (outcome.did !== "read") continue;
    const file = plan.files.find(({ path }) => path === outcome.path);
    const how = step.plan.actions.find((it) =>
      it.do === "read" && it.path === outcome.path
    );
    if (!file || how?.do !== "read") continue;
    const writer = all.find((it) => it.plan.app === file.writer);
    const problem = problemOfReading(file, how.how, outcome, writer);
    if (problem) {
      complain(
        `${problem}: ${JSON.stringify({ outcome, how: how.how, file })}`,
      );
    }
  }
  return problems;
}

function problemOfReading(
  file: PlannedFile,
  how: string,
  { end, at, wrong }: Outcome & { did: "read" },
  writer: Ended | undefined,
): string | undefined {
  const isOld = file.isReplaced && (file.isMissing || writer?.isKilled);
  if (isOld && end === "whole" && (at === OLD.length || how === "early")) {
    return undefined;
  }
  if (wrong > 0) return "wrong bytes";
  const isFinishing = writer?.outcomes.some((it) =>
    it.did === "finishing" && it.path === file.path
  );
  switch (end) {
    case "whole":
      if (file.isMissing) return "read what nobody wrote";
      if (how === "early") return undefined;
      if (at !== file.size) return "not all bytes";
      if (!isFinishing) return "an end before it was finished";
      if (file.committed === "on_termination" && !hasEnded(writer)) {
        return "an end although the writer was killed";
      }
      return undefined;
    case "WRITER_LOST":
      return writer?.isKilled ? undefined : "lost without a reason";
    case "NotFound":
      return writer?.isKilled || file.isMissing ? undefined : "not found";
    default:
      return "an error that it was not due";
  }
}

/** Whether a step got to its end, even if it was killed thereafter. */
function hasEnded(step: Ended | undefined): boolean {
  return step?.outcomes.at(-1)?.did === "all";
}

/** What is published is whole. */
function problemsOfFile(
  dir: TestDirectory,
  file: PlannedFile,
  all: Ended[],
): string[] {
  const writer = all.find((it) => it.plan.app === file.writer);
  const readers = all.filter((it) =>
    it.plan.actions.some(({ do: what, path }) =>
      what === "read" && path === file.path
    )
  );
  const isTaken = file.then !== undefined && readers.length > 0;
  const path = join(dir.path, file.path);
  const place = existsSync(path) ? path : `${path}.taken`;
  const text = existsSync(place) ? Deno.readTextFileSync(place) : undefined;
  const whole = new TextDecoder().decode(contentOf(file.key, 0, file.size));
  const isDoubtful = writer?.isKilled || readers.some((it) => it.isKilled);
  const allowed: (string | undefined)[] = [];
  const before = file.isReplaced ? OLD : undefined;
  if (file.isMissing) allowed.push(before);
  else if (file.isPermanent) allowed.push(whole);
  else allowed.push(before);
  if (isDoubtful) allowed.push(before, undefined);
  if (isTaken && file.then === "remove") allowed.push(undefined);
  if (isTaken && (file.isMissing || !file.isPermanent)) allowed.push(undefined);
  if (allowed.includes(text)) return [];
  return [`${place} holds ${text?.length} bytes: ${JSON.stringify(file)}`];
}

function writeRules(dir: TestDirectory, plan: Plan): string {
  const apps: Record<string, ClApp> = {};
  for (const { app } of plan.steps) {
    const files = plan.files.filter(({ writer }) => writer === app);
    apps[app] = {
      writes: files.map(({ path }) => path),
      streaming: files.map((file) => ({
        name: [file.path],
        committed: file.committed,
        mode: file.mode,
        ...file.dependencies && { file_deps: file.dependencies },
      })),
    };
  }
  const permanent = plan.files.filter((it) => it.isPermanent)
    .flatMap(({ path }) => [path, `${path}.taken`]);
  return dir.writeCl(apps, permanent);
}

async function allOf<T>(promises: Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return await Promise.all(promises);
}
