import {
  checkString,
  isMachineName,
  MACHINE_NAME,
} from "../../internal/mod.ts";
import {
  array,
  below,
  boolean,
  members,
  number,
  optional,
  parseCheckedJson,
  type Schema,
  string,
  where,
} from "../checked_json/mod.ts";
import { isVariable, parseArgument } from "../exec/mod.ts";

/** A step of a {@linkcode WorkflowPlan}: a script or any program. */
export type StepPlan = ScriptStepPlan | ProgramStepPlan;

/** A step that is an unmodified script of Deno. */
export interface ScriptStepPlan {
  /** The name under which CAPIO-CL knows it, unique in the plan. */
  readonly name: string;
  /** The machine that it runs on, if the workflow has several. */
  readonly machine?: string;
  /** A path, or a specifier that `deno run` takes. */
  readonly script: string;
  /** The arguments of the script. */
  readonly args: readonly string[];
  /** Flags of `deno run`, such as `--allow-net`. */
  readonly denoFlags: readonly string[];
  /** Whether it is made for growing files, as `partialReads` of a context. */
  readonly partialReads?: boolean;
}

/**
 * A step that is any program. Paths of files are relative to `capioDir`; see
 * {@linkcode runProgram}.
 */
export interface ProgramStepPlan {
  /** The name under which CAPIO-CL knows it, unique in the plan. */
  readonly name: string;
  /** The machine that it runs on, if the workflow has several. */
  readonly machine?: string;
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** The file that it gets on standard input; otherwise it gets nothing. */
  readonly stdin?: string;
  /** The file that its standard output becomes; otherwise it is shown. */
  readonly stdout?: string;
  /** The same for standard error. */
  readonly stderr?: string;
  /** Variables of its environment besides those of the command. */
  readonly env?: Readonly<Record<string, string>>;
  /** The directory that it runs in. */
  readonly cwd?: string;
  /** The exit statuses that are a success; 0 alone if it is left out. */
  readonly ok?: readonly number[];
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
 * All but `steps`, and a step's `name` and `script` or `command`, can be left
 * out.
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
 *     { "name": "sort", "command": ["sort"], "stdin": "flights.csv", "stdout": "sorted.csv" }
 *   ]
 * }`);
 * console.log(plan.steps.map(({ name }) => name)); // ["extract", "sort"]
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
    steps: file.steps.map((step) => {
      if ("command" in step) return step;
      const { args = [], denoFlags = [], ...rest } = step;
      return { ...rest, args, denoFlags };
    }),
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

type StepFile = ScriptFile | ProgramStepPlan;

interface ScriptFile {
  name: string;
  machine?: string;
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

const machine = where(
  string(`a name of ${MACHINE_NAME}`),
  `a name of ${MACHINE_NAME}`,
  isMachineName,
);

const scriptSchema = members<ScriptFile>({
  name: text,
  script: text,
  args: optional(array(string("a string"), "an array of strings")),
  denoFlags: optional(array(flag, "an array of flags")),
  partialReads: optional(boolean("true or false")),
  machine: optional(machine),
});

const argument = where(
  string("a string"),
  'an argument without NUL in which each path has a "}" at its end',
  isArgument,
);
const texts: Schema<Readonly<Record<string, string>>> = (
  value,
  report,
): value is Readonly<Record<string, string>> => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    report({ path: [], expected: "an object of strings", found: value });
    return false;
  }
  let isRight = true;
  for (const [name, text] of Object.entries(value)) {
    const isText = typeof text === "string";
    if (isText && isVariable(name)) continue;
    isRight = false;
    const expected = isText ? 'a variable without "=" in its name' : "a string";
    report({ path: [name], expected, found: text });
  }
  return isRight;
};
const aStatus = "a status from 0 to 255";
const status = where(
  number(aStatus),
  aStatus,
  (it) => Number.isInteger(it) && it >= 0 && it < 256,
);

const programSchema = members<ProgramStepPlan>({
  name: text,
  command: where(
    array(argument, "an array of a program and arguments"),
    "an array that begins with a program",
    ([program = ""]) => program !== "",
  ),
  stdin: optional(text),
  stdout: optional(text),
  stderr: optional(text),
  env: optional(texts),
  cwd: optional(text),
  ok: optional(array(status, "an array of statuses")),
  machine: optional(machine),
});

const stepSchema: Schema<StepFile> = (value, report): value is StepFile => {
  const isProgram = typeof value === "object" && value !== null &&
    Object.hasOwn(value, "command");
  return isProgram ? programSchema(value, report) : scriptSchema(value, report);
};

const planSchema = members<PlanFile>({
  capioDir: optional(text),
  workflowName: optional(text),
  capioCl: optional(text),
  memoryDir: optional(text),
  steps: placedAllOrNone(withNamesOfTheirOwn(
    where(
      array(stepSchema, "an array of steps"),
      "at least one step",
      (steps) => steps.length > 0,
    ),
  )),
});

function isArgument(argument: string): boolean {
  try {
    parseArgument(argument);
    return true;
  } catch {
    return false;
  }
}

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

/** A step that says no machine would run on each of several. */
function placedAllOrNone(schema: Schema<StepFile[]>): Schema<StepFile[]> {
  return (value, report): value is StepFile[] => {
    if (!schema(value, report)) return false;
    if (value.every(({ machine }) => machine === undefined)) return true;
    const unplaced = value.filter((step, index) => {
      if (step.machine !== undefined) return false;
      below(index, report)({
        path: ["machine"],
        expected: 'member "machine", as other steps have one',
        found: undefined,
      });
      return true;
    });
    return unplaced.length === 0;
  };
}
