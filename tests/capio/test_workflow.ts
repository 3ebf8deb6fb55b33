import { assertEquals } from "@std/assert";
import { type ClApp, Step, type StepOptions, TestDirectory } from "./step.ts";

/** What the code of a step has at hand. */
const PRELUDE = `
  const [dir, ...args] = Deno.args;
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const bytes = (text: string) => new TextEncoder().encode(text);
`;

/** What else a step is started with; `args` come after the directory. */
type WorkflowStepOptions = Omit<StepOptions, "capioDir" | "app" | "code">;

/**
 * A workflow in a directory of its own. The steps of a test that fails end
 * with it.
 *
 * The code of a step begins with `dir`, the directory, and its `args`; with
 * `pause(ms)`; and with `bytes(text)`.
 */
export class TestWorkflow extends TestDirectory implements AsyncDisposable {
  /** The CAPIO-CL configuration of its steps. */
  readonly cl?: string;
  readonly #steps: Step[] = [];

  /** Its steps know from `apps` who writes and reads what. */
  constructor(apps?: Record<string, ClApp>) {
    super();
    if (apps) this.cl = this.writeCl(apps);
  }

  /** Starts a step that may end in any way. */
  start(app: string, code: string, options: WorkflowStepOptions = {}): Step {
    const step = new Step({
      cl: this.cl,
      ...options,
      capioDir: this.path,
      app,
      code: PRELUDE + code,
      args: [this.path, ...options.args ?? []],
    });
    this.#steps.push(step);
    return step;
  }

  /** What a step prints, which has to end well and to complain of nothing. */
  run(
    app: string,
    code: string,
    options?: WorkflowStepOptions,
  ): Promise<string> {
    const output = this.#outputOf(app, code, options);
    // A test that fails before it looks at the output says why it failed.
    output.catch(() => {});
    return output;
  }

  /** As {@linkcode TestWorkflow.run}, with all steps at the same time. */
  async runAll<App extends string>(
    codes: Record<App, string>,
    options?: WorkflowStepOptions,
  ): Promise<Record<App, string>> {
    const outputs = Object.entries<string>(codes).map(async ([app, code]) => [
      app,
      await this.run(app, code, options),
    ]);
    return Object.fromEntries(await Promise.all(outputs));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#steps.map((step) => step[Symbol.asyncDispose]()));
    this[Symbol.dispose]();
  }

  async #outputOf(
    app: string,
    code: string,
    options?: WorkflowStepOptions,
  ): Promise<string> {
    const { stdout, ...end } = await this.start(app, code, options).result;
    const well = { code: 0, signal: null, stderr: "" };
    assertEquals(end, well, `"${app}" printed: ${stdout}`);
    return stdout.trim();
  }
}

/** The code of a step that prints the text of a file, once it is whole. */
export function printing(name: string): string {
  return `console.log(await Deno.readTextFile(dir + "/${name}"));`;
}
