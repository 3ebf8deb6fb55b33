import { checkString } from "../../internal/mod.ts";
import {
  array,
  below,
  boolean,
  members,
  optional,
  parseCheckedJson,
  type Schema,
  string,
  where,
} from "../checked_json/mod.ts";

/** A step of a {@linkcode WorkflowPlan}: an unmodified script. */
export interface StepPlan {
  /** The name under which CAPIO-CL knows it, unique in the plan. */
  readonly name: string;
  /** A path, or a specifier that `deno run` takes. */
  readonly script: string;
  /** The arguments of the script. */
  readonly args: readonly string[];
  /** Flags of `deno run`, such as `--allow-net`. */
  readonly denoFlags: readonly string[];
  /** Whether it is made for growing files, as `partialReads` of a context. */
  readonly partialReads?: boolean;
}

/** The steps of a workflow, and how each is started. */
export interface WorkflowPlan {
  /** The directory in which the steps exchange files. */
  readonly capioDir: string;
  /** The name of the workflow, common to its steps. */
  readonly workflowName: string;
  /** Path of the CAPIO-CL configuration. */
  readonly capioCl?: string;
  /** The directory for files that `storage.memory` names. */
  readonly memoryDir?: string;
  /** The steps, at least one. */
  readonly steps: readonly StepPlan[];
}

/** Options for {@linkcode parseWorkflowPlan}. */
export interface ParseWorkflowPlanOptions {
  /**
   * A name for the text in the messages of errors.
   *
   * @default {"workflow plan"}
   */
  source?: string;
}

/**
 * Parses the JSON file that lies beside a CAPIO-CL configuration and says how
 * the steps are started, which CAPIO-CL itself leaves open.
 *
 * All but `steps`, and a step's `name` and `script`, can be left out.
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
 * @throws {TypeError} If the text is not a string.
 * @throws {CapioClError} If the text is not JSON, or not a plan; it names
 * everything that is wrong, each with its place.
 */
export function parseWorkflowPlan(
  text: string,
  { source = "workflow plan" }: ParseWorkflowPlanOptions = {},
): WorkflowPlan {
  checkString("text", text);
  const file = parseCheckedJson(text, planSchema, source);
  const { capioDir = ".", workflowName = "CAPIO", capioCl, memoryDir } = file;
  return {
    capioDir,
    workflowName,
    ...(capioCl === undefined ? {} : { capioCl }),
    ...(memoryDir === undefined ? {} : { memoryDir }),
    steps: file.steps.map(({ args = [], denoFlags = [], ...step }) => ({
      ...step,
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
  memoryDir?: string;
  steps: StepFile[];
}

interface StepFile {
  name: string;
  script: string;
  args?: string[];
  denoFlags?: string[];
  partialReads?: boolean;
}

const notEmpty = "a string that is not empty";
const text = where(string(notEmpty), notEmpty, (it) => it !== "");
const beginsLikeAFlag = 'a flag, which begins with "-"';
// Deno would take anything else for the script.
const flag = where(
  string(beginsLikeAFlag),
  beginsLikeAFlag,
  (it) => /^-./.test(it) && it !== "--",
);

const stepSchema = members<StepFile>({
  name: text,
  script: text,
  args: optional(array(string("a string"), "an array of strings")),
  denoFlags: optional(array(flag, "an array of flags")),
  partialReads: optional(boolean("true or false")),
});

const planSchema = members<PlanFile>({
  capioDir: optional(text),
  workflowName: optional(text),
  capioCl: optional(text),
  memoryDir: optional(text),
  steps: withNamesOfTheirOwn(
    where(
      array(stepSchema, "an array of steps"),
      "at least one step",
      (steps) => steps.length > 0,
    ),
  ),
});

function withNamesOfTheirOwn(schema: Schema<StepFile[]>): Schema<StepFile[]> {
  return (value, report): value is StepFile[] => {
    if (!schema(value, report)) return false;
    const names = value.map((step) => step.name);
    const repeated = value.filter(({ name }, index) => {
      if (names.indexOf(name) === index) return false;
      below(index, report)({
        path: [],
        expected: "a step with a name that no other step has",
        found: value[index],
      });
      return true;
    });
    return repeated.length === 0;
  };
}
