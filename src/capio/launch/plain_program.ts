import { resolve } from "@std/path";
import { type FileForm, parseArgument } from "../exec/mod.ts";
import { pathOf } from "../platform/mod.ts";
import type { ProgramStepPlan } from "./workflow_plan.ts";

/** A program of a plan as it runs without sluice, with absolute paths. */
export interface PlainProgram {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** The file that it gets on standard input. */
  readonly stdin?: string;
  /** The file that its standard output becomes. */
  readonly stdout?: string;
  /** The same for standard error. */
  readonly stderr?: string;
  /** Files that it makes or that become its pipes. */
  readonly newFiles: readonly string[];
  /** Directories that it gets empty. */
  readonly newDirectories: readonly string[];
}

/**
 * Returns a program of a plan as it runs without sluice, after the steps before
 * it: `{in:PATH}` and its siblings are the paths themselves.
 *
 * @example Usage
 * ```ts
 * import { plainProgram } from "@sluice/sluice/capio";
 *
 * const { command } = plainProgram(
 *   { name: "count", command: ["wc", "-l", "{in:a.csv}"] },
 *   "/data",
 * );
 * console.log(command); // ["wc", "-l", "/data/a.csv"]
 * ```
 *
 * @param step The step.
 * @param capioDir The directory to which its paths are relative.
 * @throws {TypeError} If an argument of the program is none.
 */
export function plainProgram(
  { command, stdin, stdout, stderr }: ProgramStepPlan,
  capioDir: string,
): PlainProgram {
  const made: Partial<Record<FileForm, string[]>> = {};
  const at = (path: string | URL) => resolve(capioDir, pathOf(path));
  const plain = command.map((argument) =>
    parseArgument(argument).map((part) => {
      if (typeof part === "string") return part;
      const path = at(part.path);
      (made[part.form] ??= []).push(path);
      return path;
    }).join("")
  );
  return {
    command: plain,
    ...(stdin !== undefined && { stdin: at(stdin) }),
    ...(stdout !== undefined && { stdout: at(stdout) }),
    ...(stderr !== undefined && { stderr: at(stderr) }),
    newFiles: [...made.out ?? [], ...made.newfile ?? []],
    newDirectories: made.newdir ?? [],
  };
}
