import { findActive, interposeEverywhere } from "../interpose/mod.ts";
import { Workspace } from "../overlay/mod.ts";
import { builtin, readableVariables, rememberExists } from "../platform/mod.ts";
import { capioPath } from "./capio_path.ts";
import { enterCapio, withCapio } from "./context.ts";
import { isFirstCopy } from "./copies.ts";
import { resolveOptions } from "./options.ts";
import { replaceFunctions } from "./replaced_functions.ts";
import { makeWorkersMembers } from "./member_workers.ts";
import { capioClRule, statedRules } from "./rule_scope.ts";
import { countTerminatedWorkers } from "./terminated_workers.ts";
import { atEndOfThread } from "./thread_end.ts";
import { showScript, takeLaunch, type WorkerLaunch } from "./worker_launch.ts";

const isWebWorker = "WorkerGlobalScope" in globalThis;
/** The variables that make a program a step of a workflow. */
const VARIABLES = [
  "CAPIO_DIR",
  "CAPIO_APP_NAME",
  "CAPIO_WORKFLOW_NAME",
  "CAPIO_CL",
];

/**
 * Makes the program, or the worker, that this thread runs a member of the
 * workflow that its environment names.
 *
 * @param preload The URL of the module that begins its workers, too.
 */
export function joinWithProgram(preload: string): void {
  const launch = takeLaunch();
  // A worker may import the preload although its program has done so for it.
  const calls = {
    capioClRule,
    capioPath,
    enterCapio,
    findActive,
    statedRules,
    withCapio,
  };
  if (isFirstCopy(calls)) begin(preload, launch);
  if (launch?.script !== undefined) showScript(launch, launch.script);
}

function begin(preload: string, launch: WorkerLaunch | undefined): void {
  try {
    checkVariables(launch);
    join(preload, launch);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (launch) {
      // Its program has not asked for the preload.
      console.warn(
        `sluice: A worker takes no part in the workflow and sees only finished files: ${message}`,
      );
      return;
    }
    console.error(`sluice: ${message}`);
    Deno.exit(1);
  }
}

function join(preload: string, launch: WorkerLaunch | undefined): void {
  const isThread = !isWebWorker && !builtin("worker_threads").isMainThread;
  const workspace = new Workspace({ ...resolveOptions({}), isThread });
  interposeEverywhere(workspace);
  rememberExists(builtin("fs").existsSync);
  replaceFunctions({ beforeProgram: true });
  makeWorkersMembers({
    preload,
    isActive: () => !workspace.workflow.ended,
    script: launch?.script,
  });
  leaveAtEnd(workspace);
  noteBeforeDeath(workspace);
}

function isWorker(): boolean {
  return isWebWorker || !builtin("worker_threads").isMainThread;
}

/**
 * Warns of variables that the program may not see: it takes the defaults.
 *
 * @throws {Deno.errors.NotCapable} If `CAPIO_DIR` is one of them, because the
 * default is the current directory.
 */
function checkVariables(launch: WorkerLaunch | undefined): void {
  const mayRead = readableVariables();
  const hidden = VARIABLES.filter((variable) => !mayRead(variable));
  if (hidden.length === 0) return;
  const names = hidden.join(", ");
  const remedy = `run again with --allow-env=${VARIABLES}`;
  if (hidden.includes("CAPIO_DIR")) {
    throw new Deno.errors.NotCapable(
      `Requires env access to ${names}, ${remedy}`,
    );
  }
  // The program has said it.
  if (launch) return;
  console.warn(
    `sluice: Without env access to ${names} the default holds; where that is not meant, ${remedy}`,
  );
}

/**
 * Notes what the program has learned of files that grow: after an uncaught error
 * nothing else runs. A program that catches the error goes on as ever.
 */
function noteBeforeDeath(workspace: Workspace): void {
  for (const type of ["error", "unhandledrejection"]) {
    addEventListener(type, () => workspace.mayBeLost());
  }
}

/** Leaves at the end of the program, or of the worker that this is. */
function leaveAtEnd(workspace: Workspace): void {
  if (isWorker()) {
    atEndOfThread((failed) => workspace.leave(failed));
    return;
  }
  const workers = countTerminatedWorkers();
  atEndOfThread((failed) => workspace.leaveWithProcess(failed, workers.count));
}
