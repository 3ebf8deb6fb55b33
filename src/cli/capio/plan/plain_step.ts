import { dirname } from "@std/path";
import {
  plainProgram,
  type ProgramStepPlan,
  stepCommand,
  type StepPlan,
} from "../../../capio/mod.ts";
import type { PlanFile } from "./plan_file.ts";
import type { StepProcess } from "./step_processes.ts";

/** Returns how a step of a plan is started without sluice, on plain files. */
export function plainStep(
  { capioDir, directory }: PlanFile,
  step: StepPlan,
  denoFlags: readonly string[],
): StepProcess {
  if ("command" in step) return plainProgramStep(step, capioDir, directory);
  const { name, script, args } = step;
  const command = stepCommand({
    capioDir,
    script,
    args,
    denoFlags: [...denoFlags, ...step.denoFlags],
  });
  // It has the same rights, and nothing takes the place of its functions.
  const withoutContext = command.args.filter((it, n) =>
    n > 1 || !it.startsWith("--preload=")
  );
  return { name, args: withoutContext, env: {}, cwd: directory };
}

function plainProgramStep(
  step: ProgramStepPlan,
  capioDir: string,
  directory: string,
): StepProcess {
  const { name, env = {}, cwd = directory, ok } = step;
  const { command, stdin, stdout, stderr, newFiles, newDirectories } =
    plainProgram(step, capioDir);
  const [executable, ...args] = command;
  return {
    name,
    executable,
    args,
    env,
    cwd,
    ok,
    files: { stdin, stdout, stderr },
    prepare() {
      const files = [...newFiles, stdout, stderr]
        .filter((path) => path !== undefined);
      for (const path of [...files, ...newDirectories]) {
        Deno.mkdirSync(dirname(path), { recursive: true });
      }
      for (const path of files) Deno.createSync(path).close();
      for (const path of newDirectories) {
        removeIfPresent(path);
        Deno.mkdirSync(path);
      }
    },
  };
}

function removeIfPresent(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
