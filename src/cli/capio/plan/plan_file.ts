import { dirname, resolve } from "@std/path";
import {
  parseCapioCl,
  parseWorkflowPlan,
  type StepPlan,
  type WorkflowPlan,
} from "../../../capio/mod.ts";
import { isSpecifier, scriptProblem } from "../arguments/mod.ts";

/** A plan with absolute paths, whose files are there. */
export interface PlanFile extends WorkflowPlan {
  /** The directory of the plan: the steps run in it, its paths are relative to it. */
  readonly directory: string;
}

/** Options of {@linkcode readPlanFile}. */
export interface ReadPlanFileOptions {
  /**
   * Whether the configuration is not used, and so need not be there.
   *
   * @default {false}
   */
  readonly withoutCapioCl?: boolean;
}

/**
 * Reads a plan, and checks before anything is started that its files are there.
 *
 * @throws {Error} If a file is missing or malformed.
 */
export async function readPlanFile(
  path: string,
  { withoutCapioCl = false }: ReadPlanFileOptions = {},
): Promise<PlanFile> {
  const text = await readText(path, "the workflow");
  const plan = parseWorkflowPlan(text, { source: `"${path}"` });
  const directory = dirname(resolve(path));
  const steps = plan.steps.map((step) => withPath(step, directory));
  for (const step of steps) await checkScript(step);
  const capioCl = plan.capioCl && resolve(directory, plan.capioCl);
  const memoryDir = plan.memoryDir && resolve(directory, plan.memoryDir);
  if (capioCl && !withoutCapioCl) await checkApps(path, capioCl, steps);
  return {
    ...plan,
    directory,
    capioDir: resolve(directory, plan.capioDir),
    capioCl,
    ...(memoryDir && { memoryDir }),
    steps,
  };
}

/** Refuses a directory for files that is not there, as a context does. */
export function assertCapioDir({ capioDir }: PlanFile): void {
  try {
    Deno.statSync(capioDir);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(
      `Cannot use "${capioDir}" as capioDir: it does not exist, create it first`,
      { cause: error },
    );
  }
}

/**
 * Refuses a graph of other steps: what an app makes that nobody starts would be
 * waited for in vain. A step that the graph does not have may need none of it.
 */
async function checkApps(
  plan: string,
  capioCl: string,
  steps: readonly StepPlan[],
): Promise<void> {
  const text = await readText(capioCl, "the CAPIO-CL configuration");
  const { ioGraph } = parseCapioCl(text, { source: `"${capioCl}"` });
  const apps = new Set(ioGraph.map(({ name }) => name));
  const names = new Set(steps.map(({ name }) => name));
  if (apps.isSubsetOf(names)) return;
  throw new Error(
    `Cannot run "${plan}": it must have a step for each app of "${capioCl}", found ${
      list("step", names)
    } in the plan and ${list("app", apps)} in the configuration`,
  );
}

function list(what: string, names: ReadonlySet<string>): string {
  if (names.size === 0) return `no ${what}s`;
  const quoted = [...names].map((name) => `"${name}"`).join(", ");
  return names.size === 1 ? `the ${what} ${quoted}` : `the ${what}s ${quoted}`;
}

function withPath(step: StepPlan, directory: string): StepPlan {
  if ("command" in step) {
    return { ...step, cwd: resolve(directory, step.cwd ?? ".") };
  }
  if (isSpecifier(step.script)) return step;
  return { ...step, script: resolve(directory, step.script) };
}

async function checkScript(step: StepPlan): Promise<void> {
  // Whether a program is there is known when it is started.
  if ("command" in step) return;
  const { name, script } = step;
  const problem = await scriptProblem(script);
  if (!problem) return;
  throw new Error(
    `Cannot run step "${name}": its script "${script}" ${problem}`,
  );
}

async function readText(path: string, what: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new Error(`Cannot read ${what} "${path}": ${error.message}`, {
      cause: error,
    });
  }
}
