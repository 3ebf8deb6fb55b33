import * as v from "valibot";
import { parseCheckedJson } from "../checked_json/checked_json.ts";
import { members } from "../checked_json/members.ts";

/** A step of a {@linkcode WorkflowPlan}: a script that knows nothing of it. */
export interface StepPlan {
  /** The name under which CAPIO-CL knows it, unique in the plan. */
  readonly name: string;
  /** A path, or a specifier that `deno run` takes. */
  readonly script: string;
  /** What the script is called with. */
  readonly args: readonly string[];
  /** Flags of `deno run`, such as `--allow-net`. */
  readonly denoFlags: readonly string[];
}

/** Which steps a workflow has, and how each is started. */
export interface WorkflowPlan {
  /** The directory in which the steps exchange files. */
  readonly capioDir: string;
  /** What the steps have in common. */
  readonly workflowName: string;
  /** Path of the CAPIO-CL configuration. */
  readonly capioCl?: string;
  /** At least one. */
  readonly steps: readonly StepPlan[];
}

/** Options for {@linkcode parseWorkflowPlan}. */
export interface ParseWorkflowPlanOptions {
  /**
   * What the text is, for the messages of errors.
   *
   * @default {"workflow plan"}
   */
  source?: string;
}

/**
 * Reads the JSON file that stands beside a CAPIO-CL configuration and says how
 * the steps are started. CAPIO-CL leaves that to whoever runs the workflow.
 *
 * All but `steps`, and a step's `name` and `script`, may be left out.
 *
 * @example Usage
 * ```ts
 * import { parseWorkflowPlan } from "@sluice/sluice/capio";
 *
 * const plan = parseWorkflowPlan(`{
 *   "capioDir": "data",
 *   "workflowName": "flights",
 *   "capioCl": "flights.capio.json",
 *   "steps": [
 *     { "name": "extract", "script": "extract.ts", "args": ["data/flights.csv"] },
 *     { "name": "upload", "script": "upload.ts", "denoFlags": ["--allow-net"] }
 *   ]
 * }`);
 * console.log(plan.steps[1].denoFlags); // ["--allow-net"]
 * ```
 *
 * @param text The JSON text.
 * @throws {CapioClError} If the text is not JSON, or not a plan; it names
 * everything that is wrong, each with its place.
 */
export function parseWorkflowPlan(
  text: string,
  { source = "workflow plan" }: ParseWorkflowPlanOptions = {},
): WorkflowPlan {
  const file = parseCheckedJson(text, planSchema, source);
  const { capioDir = ".", workflowName = "CAPIO", capioCl } = file;
  return {
    capioDir,
    workflowName,
    ...(capioCl === undefined ? {} : { capioCl }),
    steps: file.steps.map(({ name, script, args = [], denoFlags = [] }) => ({
      name,
      script,
      args,
      denoFlags,
    })),
  };
}

/** A plan as it is written. */
interface PlanFile {
  capioDir?: string;
  workflowName?: string;
  capioCl?: string;
  steps: StepFile[];
}

interface StepFile {
  name: string;
  script: string;
  args?: string[];
  denoFlags?: string[];
}

const notEmpty = "a string that is not empty";
const text = v.pipe(v.string(notEmpty), v.minLength(1, notEmpty));
// Anything else would be taken for the script.
const flag = v.pipe(
  v.string('a flag, which begins with "-"'),
  v.regex(/^-/, 'a flag, which begins with "-"'),
);

const stepSchema = members<StepFile>({
  name: text,
  script: text,
  args: v.optional(v.array(v.string("a string"), "an array of strings")),
  denoFlags: v.optional(v.array(flag, "an array of flags")),
});

const planSchema = members<PlanFile>({
  capioDir: v.optional(text),
  workflowName: v.optional(text),
  capioCl: v.optional(text),
  steps: v.pipe(
    v.array(stepSchema, "an array of steps"),
    v.minLength(1, "at least one step"),
    v.checkItems(
      ({ name }, index, steps) =>
        steps.findIndex((step) => step.name === name) === index,
      "a step with a name that no other step has",
    ),
  ),
});
