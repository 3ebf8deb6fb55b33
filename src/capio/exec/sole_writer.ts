import { delay } from "@std/async";
import type { Holder, WorkflowFile } from "../journal/mod.ts";
import type { Workspace, Writing } from "../overlay/mod.ts";
import { programFailed } from "./program_error.ts";
import type { ProgramFile } from "./program_files.ts";

/** Longest wait for a writer that has died or is about to end, in ms. */
const WAIT_MILLISECONDS = 300;

/** Time between two looks for it, in ms. */
const LOOK_MILLISECONDS = 50;

/**
 * Waits a moment until nobody is writing a file that a program is going to
 * write: it begins at the start, and each would destroy what the other writes.
 *
 * @throws {CapioError} If somebody goes on writing it.
 */
export async function untilUnwritten(
  workspace: Workspace,
  output: ProgramFile,
): Promise<void> {
  const { workflow } = workspace;
  const end = performance.now() + WAIT_MILLISECONDS;
  for (;;) {
    const { paths } = workflow.refresh();
    const holder = writerOf(paths.get(output.place.path));
    if (!holder) return;
    if (performance.now() > end) throw refusal(workspace, output, holder);
    // It may have died.
    workflow.lookAround();
    await delay(LOOK_MILLISECONDS);
  }
}

/**
 * Checks that a file that has just been opened was not opened by another member
 * at the same time: the first goes on.
 *
 * @throws {CapioError} If another was first.
 */
export function checkFirstWriter(
  workspace: Workspace,
  output: ProgramFile,
  writing: Writing,
): void {
  const holder = writerOf(writing.file);
  if (!holder || holder.member === workspace.workflow.id) return;
  throw refusal(workspace, output, holder);
}

function writerOf(file: WorkflowFile | undefined): Holder | undefined {
  return file?.phase === "open" ? file.holders[0] : undefined;
}

function refusal(
  { workflow }: Workspace,
  { place }: ProgramFile,
  { member }: Holder,
): Error {
  const { app, pid } = workflow.state.members.get(member) ?? {};
  return programFailed(
    `Cannot write "${place.given}": "${app}" (process ${pid}) is writing it; give each program an output of its own`,
    undefined,
  );
}
