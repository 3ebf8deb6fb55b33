/**
 * Puts a CAPIO context in force for a whole program that knows nothing of it:
 *
 * ```sh
 * CAPIO_DIR=data CAPIO_APP_NAME=reader deno run \
 *   --preload=jsr:@sluice/sluice/preload \
 *   --allow-read=data --allow-write=data \
 *   --allow-env=CAPIO_DIR,CAPIO_APP_NAME,CAPIO_WORKFLOW_NAME,CAPIO_CL script.ts
 * ```
 *
 * `CAPIO_OPEN_TIMEOUT_SECONDS`, when it is set and allowed as well, limits the
 * wait for a file that no rule speaks of; 0 lets a program that tries whether a
 * file is there know at once.
 *
 * A worker that reads or writes the directory imports this module first and is
 * a member of its own. It ends with `self.close()` or with its program. One that
 * the program terminates, or that an error ends, counts as killed: its files that
 * are not committed by then are lost to their readers. So are those of the other
 * workers at work when the program ends, if it has terminated one that is no
 * member or does not stop.
 *
 * A worker of `node:worker_threads` ends its part when it ends by itself; one
 * that is at work when the program ends counts as killed.
 *
 * @module
 */
import "./deno_version.ts";
import { interposeEverywhere } from "../interpose/mod.ts";
import { Workspace } from "../overlay/mod.ts";
import { builtin } from "../platform/mod.ts";
import { resolveOptions } from "./options.ts";
import { replaceFunctions } from "./replaced_functions.ts";
import { countTerminatedWorkers } from "./terminated_workers.ts";

/** What says of a program which step of which workflow it is. */
const VARIABLES = [
  "CAPIO_DIR",
  "CAPIO_APP_NAME",
  "CAPIO_WORKFLOW_NAME",
  "CAPIO_CL",
];

try {
  checkVariables();
  const workspace = new Workspace(resolveOptions({}));
  interposeEverywhere(workspace);
  replaceFunctions();
  if (workspace.workflow.isInWorker) leaveAtClose(workspace);
  else if (builtin("worker_threads").isMainThread) leaveAtUnload(workspace);
  else leaveAtExit(workspace);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  console.error(`sluice: ${message}`);
  Deno.exit(1);
}

/**
 * A program that may not see a variable takes the default, whatever it says:
 * that is told, and in the current directory it must not be taken for a step.
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
  console.warn(
    `sluice: Without env access to ${names} the default holds; where that is not meant, ${remedy}`,
  );
}

/** A process that dies without this event is found out by its lock. */
function leaveAtUnload(workspace: Workspace): void {
  const gone = countTerminatedWorkers();
  addEventListener("unload", () => workspace.leaveWithProcess(gone.count));
}

/** A worker gets no event when it ends. */
function leaveAtClose(workspace: Workspace): void {
  const { close } = globalThis;
  globalThis.close = () => {
    workspace.leave(false);
    close.call(globalThis);
  };
}

/** Neither does one of `node:worker_threads`, but an event of Node's. */
function leaveAtExit(workspace: Workspace): void {
  builtin("process").once("exit", (code) => workspace.leave(code !== 0));
}
