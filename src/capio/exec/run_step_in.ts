import type { Workspace } from "../overlay/mod.ts";
import type { ProgramStatus } from "../platform/mod.ts";
import {
  checkProgram,
  type Program,
  type RunProgramOptions,
} from "./program.ts";
import { reasonOf, shownName } from "./program_error.ts";
import { usesFiles } from "./program_files.ts";
import { runIn } from "./run_in.ts";

/** Runs a program as a member of its own, beside that of a workspace. */
export async function runStepIn(
  workspace: Workspace,
  appName: string,
  program: Program,
  options?: RunProgramOptions,
): Promise<ProgramStatus> {
  checkProgram(program);
  if (!usesFiles(program)) {
    return await runIdly(workspace, appName, program, options);
  }
  const step = workspace.joinBeside(appName);
  await step.confirmed();
  let isFailed = true;
  try {
    const status = await runIn(step, program, options);
    isFailed = false;
    return status;
  } finally {
    step.leave(isFailed);
  }
}

/** The same for a program without files, which costs no view of the directory. */
async function runIdly(
  workspace: Workspace,
  appName: string,
  program: Program,
  options?: RunProgramOptions,
): Promise<ProgramStatus> {
  const member = workspace.workflow.joinIdly(appName);
  try {
    const confirmed = workspace.untilConfirmed({ id: member.id, app: appName });
    if (confirmed) await workspace.run(confirmed);
    const status = await runIn(workspace, program, options);
    member.leave("left");
    return status;
  } catch (error) {
    const [name] = program.command;
    member.leave("failed", reasonOf(error, shownName(`${name}`)));
    throw error;
  }
}
