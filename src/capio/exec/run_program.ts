import { activeWorkspaces } from "../interpose/mod.ts";
import type { ProgramStatus } from "../platform/mod.ts";
import type { Program, RunProgramOptions } from "./program.ts";
import { runIn } from "./run_in.ts";

/**
 * Runs any program inside a CAPIO context, with files of the workflow as its
 * standard streams and in its arguments. What can be streamed is: the program
 * starts at once. Its outputs are finished by their commit rules when it has
 * ended with 0, and lost otherwise: their readers get a `WRITER_LOST` that names
 * the program and how it ended.
 *
 * @example Usage
 * ```ts no-eval
 * import { runProgram, withCapio } from "@sluice/sluice/capio";
 *
 * await withCapio({ capioDir: "data", appName: "unpack" }, async () => {
 *   await runProgram({
 *     command: ["gzip", "-dc"],
 *     stdin: "flights.csv.gz",
 *     stdout: "flights.csv",
 *   });
 *   await runProgram({
 *     command: ["python3", "fit.py", { file: "flights.csv" }, "{out:model.json}"],
 *   });
 * });
 * ```
 *
 * @param program The command, and the files that it exchanges.
 * @param options `signal` ends it; others say where it prints, and when it is
 * killed.
 * @returns How it ended, one of the statuses that are a success.
 * @throws {CapioError} `PROGRAM_FAILED` if it cannot be started, ends otherwise
 * or goes on in the background; its `status` says how it ended.
 * @throws {CapioError} `WRITER_LOST` if an input that it needs whole will never
 * be; the reason of `signal` if that has aborted.
 * @throws {TypeError} If no context is active, or the program cannot be meant.
 */
export async function runProgram(
  program: Program,
  options?: RunProgramOptions,
): Promise<ProgramStatus> {
  const [workspace] = activeWorkspaces();
  if (workspace) return await runIn(workspace, program, options);
  throw new TypeError(
    "Cannot run a program with files of a workflow: no CAPIO context is active here",
  );
}
