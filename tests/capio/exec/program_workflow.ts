import { assertEquals } from "@std/assert";
import {
  CapioError,
  CapioWorkspace,
  type Program,
  type ProgramStatus,
  type RunProgramOptions,
} from "@sluice/sluice/capio";
import { delay } from "@std/async";
import { dirname, join } from "@std/path";
import { type ClApp, TestDirectory } from "../step.ts";

/** How a program ended in a test. */
export interface ProgramOutcome {
  readonly status?: ProgramStatus;
  readonly error?: Error;
}

/** Which step runs a program, and how. */
export interface ProgramStep extends RunProgramOptions {
  readonly app?: string;
}

/**
 * A directory whose steps are programs; each is a member of its own, in this
 * process. At the end nothing may be left that a program or sluice has made,
 * besides files.
 */
export class ProgramWorkflow extends TestDirectory {
  readonly #cl: string | undefined;

  constructor(apps?: Record<string, ClApp>, permanent?: readonly string[]) {
    super();
    this.#cl = apps && this.writeCl(apps, permanent);
  }

  /** Joins as an app. */
  async join(app = "app"): Promise<CapioWorkspace> {
    return await CapioWorkspace.join({
      capioDir: this.path,
      appName: app,
      capioClConfigurationFile: this.#cl ?? "",
      silent: true,
    });
  }

  /** Runs a program as a step and leaves, as failed if it has failed. */
  async run(
    program: Program,
    { app, ...options }: ProgramStep = {},
  ): Promise<ProgramOutcome> {
    const workspace = await this.join(app);
    try {
      const env = { ...program.env, [MARK]: this.path };
      const status = await workspace.runProgram({ ...program, env }, options);
      workspace.leave();
      return { status };
    } catch (error) {
      workspace.leave(true);
      return { error: error as Error };
    }
  }

  /** The same for a program that has to end well. */
  async runWell(program: Program, options?: ProgramStep): Promise<void> {
    assertEquals(await this.run(program, options), {
      status: { code: 0, signal: null },
    });
  }

  /** Runs a shell script as a step. */
  sh(script: string, files: Omit<Program, "command"> = {}): Program {
    return { command: ["sh", "-c", { text: script }], ...files };
  }

  write(name: string, text: string): void {
    Deno.writeTextFileSync(join(this.path, name), text);
  }

  read(name: string): string {
    return Deno.readTextFileSync(join(this.path, name));
  }

  /**
   * Checks that nothing but these entries is left, no pipe, and no process: what
   * was killed a moment ago may need another one.
   */
  async assertLeft(...names: string[]): Promise<void> {
    assertEquals(this.list(), names.toSorted());
    assertEquals(pipes(), []);
    const end = performance.now() + 1000;
    let left = markedProcesses(this.path);
    while (left.length > 0 && performance.now() < end) {
      await delay(10);
      left = markedProcesses(this.path);
    }
    assertEquals(left, []);
  }
}

/** A file in the directory for temporary files. */
const PROBE = Deno.makeTempFileSync();
Deno.removeSync(PROBE);

/** Directories for pipes of this process. */
function pipes(): string[] {
  const temporary = dirname(PROBE);
  return [...Deno.readDirSync(temporary)].map(({ name }) => name)
    .filter((name) => name.startsWith(`sluice-pipes-${Deno.pid}-`));
}

/** The variable by which the processes of a test are known. */
export const MARK = "SLUICE_TEST_DIRECTORY";

/** The processes that have the mark of a test, whoever their parent is by now. */
export function markedProcesses(mark: string): string[] {
  if (Deno.build.os !== "linux") return [];
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    try {
      const environment = Deno.readTextFileSync(`/proc/${name}/environ`);
      if (!environment.split("\0").includes(`${MARK}=${mark}`)) return [];
      const command = Deno.readTextFileSync(`/proc/${name}/cmdline`);
      return command === "" ? [] : [command.replaceAll("\0", " ").trim()];
    } catch {
      // It has ended, or is none.
      return [];
    }
  });
}

/** Returns the error of a program that has failed. */
export function failureOf(outcome: ProgramOutcome): CapioError {
  const { error } = outcome;
  if (error instanceof CapioError) return error;
  throw new Error(`Expected a failed program, found ${Deno.inspect(outcome)}`);
}
