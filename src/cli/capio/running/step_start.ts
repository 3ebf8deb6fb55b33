import { denoRun } from "../../../capio/launch/deno_run.ts";
import type { StepArguments } from "../arguments/mod.ts";

/** The arguments and the environment with which Deno runs a step. */
export interface StepStart {
  readonly args: string[];
  readonly env: Record<string, string>;
}

/**
 * Returns how Deno starts a step: what `stepCommand` returns, most often without
 * the whole of CAPIO, of which only the step itself has need.
 */
export async function stepStart(step: StepArguments): Promise<StepStart> {
  const { capioClConfigurationFile: configuration = "" } = step;
  const directories = [step.capioDir, step.memoryDir ?? ""]
    .filter((it) => it !== "").map(plainNames);
  if (directories.includes(undefined) || namesSettings(configuration)) {
    const { stepCommand } = await import("../../../capio/mod.ts");
    return stepCommand(step);
  }
  return denoRun({
    ...step,
    configuration,
    directories: directories.flatMap((it) => it ?? []),
    readable: configuration ? [configuration] : [],
  });
}

/** The path of a directory that no separator or dot makes longer than needed. */
const PLAIN = /^(?:\/|(?:\/?(?!\.{1,2}(?:\/|$))[^/\\:]+)+)$/;

/**
 * Returns the names under which a step may use a directory: as it was given, and
 * with its symbolic links resolved. `undefined` if it takes more to know them.
 */
function plainNames(directory: string): readonly string[] | undefined {
  if (directory !== "." && !PLAIN.test(directory)) return undefined;
  let resolved: string;
  try {
    resolved = Deno.realPathSync(directory);
  } catch {
    // The step itself reports that it is missing.
    return [directory];
  }
  const cwd = Deno.cwd();
  const isResolved = directory === "."
    ? resolved === cwd
    : resolved === directory || resolved === `${cwd}/${directory}`;
  return isResolved ? [directory] : [directory, resolved];
}

/** Returns whether a configuration may name settings, which the step reads too. */
function namesSettings(configuration: string): boolean {
  if (configuration === "") return false;
  try {
    // A letter of the name may be written as an escape.
    return /configuration|\\u/.test(Deno.readTextFileSync(configuration));
  } catch {
    // The step reads it again and reports the error.
    return false;
  }
}
