/**
 * Runs a whole program, which knows nothing of it, inside a CAPIO context:
 *
 * ```sh
 * CAPIO_DIR=data CAPIO_APP_NAME=reader deno run \
 *   --preload=jsr:@sluice/sluice/preload \
 *   --allow-read=data --allow-write=data \
 *   --allow-env=CAPIO_DIR,CAPIO_APP_NAME,CAPIO_WORKFLOW_NAME,CAPIO_CL script.ts
 * ```
 *
 * `CAPIO_OPEN_TIMEOUT_SECONDS`, when it is set and allowed as well, limits the
 * wait for a file that no rule names, without a CAPIO-CL graph; with 0 a program
 * that tries whether a file exists is answered at once. `CAPIO_PARTIAL_READS=1`,
 * in the same way, is for a program that is made for growing files: its reads
 * into a buffer return as soon as there is a byte. `CAPIO_SILENT=1` tells no long
 * wait on standard error, `CAPIO_SILENT=0` each. `CAPIO_SHARED=group` shares the
 * workflow with the group of its directory.
 * `CAPIO_MEMORY_DIR` names the directory for files in memory; the program needs
 * the permission to read and write it.
 *
 * The program leaves the workflow after all that it does at its end, in the
 * listeners of `unload` and of Node's `exit`. With an exit code other than 0 it
 * has failed. Without a listener being run, which is so after an uncaught error
 * and a signal, it counts as killed.
 *
 * The workers that the program starts, or a library in it, are members of their
 * own: this module is the first that they import. A worker leaves with
 * `self.close()`, `Deno.exit()` or `process.exit()`, whatever the code, or with
 * its program. A worker that the program terminates, or that an error ends, has
 * finished what it has closed; if it has a file open for writing, it counts as
 * killed, and its uncommitted files are lost to their readers. If the program has
 * terminated a worker that is no member or does not stop, the uncommitted files
 * of all workers that run when the program ends are lost too.
 *
 * A worker of `node:worker_threads` leaves in the same ways and when it ends by
 * itself, as failed with an exit code other than 0; one that runs and has a file
 * open when the program ends counts as killed.
 *
 * @module
 */
import "./deno_version.ts";
import { interposeEverywhere } from "../interpose/mod.ts";
import { Workspace } from "../overlay/mod.ts";
import { builtin } from "../platform/mod.ts";
import { resolveOptions } from "./options.ts";
import { replaceFunctions } from "./replaced_functions.ts";
import { makeWorkersMembers } from "./member_workers.ts";
import { countTerminatedWorkers } from "./terminated_workers.ts";
import { atEndOfThread } from "./thread_end.ts";
import { showScript, takeLaunch } from "./worker_launch.ts";

const isWebWorker = "WorkerGlobalScope" in globalThis;
/** The variables that make a program a step of a workflow. */
const VARIABLES = [
  "CAPIO_DIR",
  "CAPIO_APP_NAME",
  "CAPIO_WORKFLOW_NAME",
  "CAPIO_CL",
];

const launch = takeLaunch();
// A worker may import the preload although its program has done so for it.
if (isFirst()) begin();
if (launch?.script !== undefined) showScript(launch, launch.script);

function begin(): void {
  try {
    checkVariables();
    join();
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

function join(): void {
  const isThread = !isWebWorker && !builtin("worker_threads").isMainThread;
  const workspace = new Workspace({ ...resolveOptions({}), isThread });
  interposeEverywhere(workspace);
  replaceFunctions({ beforeProgram: true });
  makeWorkersMembers(() => !workspace.workflow.ended, launch?.script);
  leaveAtEnd(workspace);
  noteBeforeDeath(workspace);
}

/** Returns whether the preload has not run in this thread, in any version. */
function isFirst(): boolean {
  const key = Symbol.for("sluice.capio.preload");
  if (Reflect.has(globalThis, key)) return false;
  return Reflect.defineProperty(globalThis, key, { value: true });
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
function checkVariables(): void {
  const hidden = VARIABLES.filter((variable) =>
    Deno.permissions.querySync({ name: "env", variable }).state !== "granted"
  );
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
