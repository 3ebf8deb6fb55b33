import { CapioWorkspace } from "@sluice/sluice/capio";
import { dirname, join } from "@std/path";
import { delay } from "@std/async";
import { existsSync } from "node:fs";
import { MemoryDirectory } from "../memory/memory_directory.ts";
import {
  type ClApp,
  Step,
  type StepOptions,
  type StepResult,
  TestDirectory,
} from "../step.ts";
import type { Line } from "./actor.ts";
import { isPerhaps, textOf } from "./texts.ts";
import type { Rule, Seen } from "./piece.ts";
import type { Plan, PlannedStep } from "./plan.ts";

const ACTOR = import.meta.resolve("./actor.ts");

/** The warnings about a file that goes on after a reader has got its end. */
const REWRITTEN = [
  /^sluice: ".*" opened "(?<path>.*)" again and changed it after "(?<reader>.*)" had got its end/,
  /^sluice: ".*" replaced "(?<path>.*)" by another file after "(?<reader>.*)" had read from it/,
  // What an earlier run has left is read at once where no rule speaks of it.
  /^sluice: "(?<path>.*)" was read before ".*" began to rewrite it: what "(?<reader>.*)" read is out of date/,
];

/** The warning about files that vanish without a reader. */
const NOT_KEPT =
  /^sluice: not kept, and read by nobody: (.*?)(?: and \d+ more)?\. Name under/;

/** How a planned step ended. */
interface Ended extends StepResult {
  readonly plan: PlannedStep;
  readonly lines: readonly Line[];
  readonly isKilled: boolean;
}

/** A file that somebody has changed after a reader has got its end. */
interface Rewrite {
  readonly path: string;
  readonly reader: string;
}

/** Plays a plan with real processes; says what is not as it should be. */
export async function playRound(plan: Plan): Promise<string[]> {
  using dir = new TestDirectory();
  using memory = plan.inMemory.length > 0 ? new MemoryDirectory() : undefined;
  for (const { given } of plan.pieces) {
    for (const [path, text] of Object.entries(given ?? {})) {
      Deno.writeTextFileSync(join(dir.path, path), text);
    }
  }
  const problems = await playIn(dir, plan, memory);
  const isOnce = plan.isBare || plan.pieces.some(({ isOnce }) => isOnce);
  if (problems.length > 0 || isOnce) return problems;
  // Once more, over what the first run has left.
  const steps = plan.steps.map((step) => ({ ...step, kill: undefined }));
  return (await playIn(dir, { ...plan, steps }, memory))
    .map((problem) => `second run: ${problem}`);
}

async function playIn(
  dir: TestDirectory,
  plan: Plan,
  memory: MemoryDirectory | undefined,
): Promise<string[]> {
  const memoryDir = memory?.path;
  const cl = plan.isBare ? undefined : writeRules(dir, plan);
  const before = snapshot(dir);
  // Someone has to be there for those who come late, when one may be killed.
  const isKept = plan.steps.some((it) => it.kill !== undefined);
  const keeper = isKept
    ? new CapioWorkspace({
      capioDir: dir.path,
      appName: "keeper",
      capioClConfigurationFile: cl,
      memoryDir,
    })
    : undefined;
  let ended: Ended[];
  try {
    ended = await allOf(
      plan.steps.map((step) => runStep(dir, { cl, memoryDir }, step, keeper)),
    );
  } catch (error) {
    return [String(error)];
  } finally {
    keeper?.leave();
  }
  const after = snapshot(dir);
  const killed = new Set(
    ended.filter(({ isKilled }) => isKilled).map(({ plan }) => plan.app.name),
  );
  return [
    ...ended.flatMap((step) => problemsOfStep(step, plan, killed)),
    ...problemsOfPieces(plan, ended, before, after),
    ...existsSync(join(dir.path, ".capio"))
      ? [`left behind: ${dir.list().join()}`]
      : [],
    ...memory?.list().map((path) => `left in memory: ${path}`) ?? [],
  ];
}

async function runStep(
  dir: TestDirectory,
  options: Pick<StepOptions, "cl" | "memoryDir">,
  plan: PlannedStep,
  keeper: CapioWorkspace | undefined,
): Promise<Ended> {
  await delay(plan.start);
  const { app, tasks, kill, stop } = plan;
  await using step = new Step({
    capioDir: dir.path,
    ...options,
    app: app.name,
    args: [JSON.stringify({ dir: dir.path, app, tasks })],
    code: `
      import { act } from "${ACTOR}";
      await act(JSON.parse(Deno.args[0]));`,
    flags: [
      ...app.inWorker ? ["--allow-read"] : [],
      ...tasks.flatMap(({ flags = [] }) => flags),
    ],
    // A wait for what no rule speaks of is told early.
    silent: options.cl === undefined ? true : undefined,
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
  const hasJoined = keeper?.status().members.some((it) => it.app === app.name);
  if (isKilled && !hasJoined) {
    // Nobody can know that it was ever meant to come.
    return await runStep(dir, options, { ...plan, kill: undefined }, keeper);
  }
  const lines = result.stdout.split("\n").slice(0, -1)
    .map((line): Line => JSON.parse(line));
  return { ...result, plan, lines, isKilled };
}

function problemsOfStep(
  { plan, code, stderr, isKilled }: Ended,
  { pieces }: Plan,
  killed: ReadonlySet<string>,
): string[] {
  const rest = stderr.split("\n").filter((line) => {
    const { path, reader } = rewriteIn(line) ?? {};
    // It would have read on.
    if (reader !== undefined && killed.has(reader)) return false;
    const piece = pieces.find(({ name }) => path?.startsWith(name));
    return line !== "" && !isPerhaps(line) && !piece?.isRewritten &&
      !isOfNoUse(line, pieces);
  });
  if (isKilled || code === 0 && rest.length === 0) return [];
  return [`${plan.app.name} ended with ${code}: ${rest.join("\n")}`];
}

function problemsOfPieces(
  { pieces }: Plan,
  ended: readonly Ended[],
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  const problems: string[] = [];
  const unclaimed = new Set(after.keys());
  for (const piece of pieces) {
    const own = (files: ReadonlyMap<string, string>) =>
      new Map([...files].filter(([path]) => path.startsWith(piece.name)));
    const outOfDate = ended.flatMap(({ stderr }) => stderr.split("\n"))
      .map(rewriteIn)
      .filter((rewrite) => rewrite?.path.startsWith(piece.name))
      .map((rewrite) => rewrite?.reader);
    const of = (app: string) => ended.find(({ plan }) => plan.app.name === app);
    const seen: Seen = {
      before: own(before),
      after: own(after),
      told: (app) =>
        of(app)?.lines.filter((line) => line.piece === piece.name)
          .map(({ outcome }) => outcome) ?? [],
      isKilled: (app) => of(app)?.isKilled ?? false,
      isOutOfDate: (reader) => outOfDate.includes(reader),
      hasEnded: (app) => of(app)?.lines.some(({ piece }) => !piece) ?? false,
    };
    for (const path of seen.after.keys()) unclaimed.delete(path);
    for (const problem of piece.check(seen)) {
      problems.push(
        `${piece.name}: ${problem}: ${JSON.stringify(piece.rules)}`,
      );
    }
  }
  if (unclaimed.size > 0) problems.push(`nobody's: ${[...unclaimed]}`);
  return problems;
}

/** The file and its reader that a line of standard error warns of. */
function rewriteIn(line: string): Rewrite | undefined {
  for (const pattern of REWRITTEN) {
    const { path, reader } = line.match(pattern)?.groups ?? {};
    if (path !== undefined) return { path, reader };
  }
  return undefined;
}

/** Whether a line warns of files that vanish without a reader, and rightly so. */
function isOfNoUse(line: string, pieces: Plan["pieces"]): boolean {
  const [, list] = line.match(NOT_KEPT) ?? [];
  const rules = pieces.flatMap(({ rules }) => rules)
    .filter(({ isPermanent, readers = [] }) => !isPermanent && !readers.length);
  return list !== undefined &&
    list.split(", ").every((name) =>
      rules.some(({ path }) => name === JSON.stringify(path))
    );
}

/** The files with their contents, and the empty directories. */
function snapshot(dir: TestDirectory): Map<string, string> {
  const files = new Map<string, string>();
  const all = dir.list().filter((path) => !path.startsWith(".capio"));
  const full = new Set(all.map((path) => dirname(path)));
  for (const path of all) {
    const place = join(dir.path, path);
    if (Deno.statSync(place).isFile) {
      files.set(path, textOf(Deno.readFileSync(place)));
    } else if (!full.has(path)) files.set(`${path}/`, "");
  }
  return files;
}

function writeRules(dir: TestDirectory, plan: Plan): string {
  const rules = plan.pieces.flatMap(({ rules }) => rules);
  const apps: Record<string, ClApp> = {};
  for (const { app: { name } } of plan.steps) {
    const own = rules.filter(({ producers }) => producers.includes(name));
    const read = rules.filter(({ readers }) => readers?.includes(name));
    apps[name] = {
      reads: read.map(({ path }) => path),
      writes: own.map(({ path }) => path),
      streaming: own.map(streamingOf),
    };
  }
  const permanent = rules.filter(({ isPermanent }) => isPermanent)
    .flatMap(({ path, directory }) => directory ? [path, `${path}/*`] : [path]);
  return dir.writeCl(apps, permanent, plan.inMemory);
}

function streamingOf(
  { path, committed, mode, dependencies, directory }: Rule,
): unknown {
  return {
    [directory ? "dirname" : "name"]: [path],
    committed,
    mode,
    ...dependencies && { file_deps: dependencies },
    ...directory?.entries && { n_files: directory.entries },
  };
}

async function allOf<T>(promises: Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return await Promise.all(promises);
}
