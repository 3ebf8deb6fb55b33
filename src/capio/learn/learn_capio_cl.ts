import { checkNonEmptyString, refused } from "../../internal/mod.ts";
import { JournalReader } from "../journal/mod.ts";
import { CapioError, pathOf, realDirectory } from "../platform/mod.ts";
import { WorkflowFolder } from "../workflow/mod.ts";
import {
  learnConfiguration,
  type LearnedCapioCl,
} from "./learn_configuration.ts";
import { observeEvents } from "./observe_events.ts";

/** Options of {@linkcode learnCapioCl}. */
export interface LearnCapioClOptions {
  /**
   * The name of the workflow.
   *
   * @default {"CAPIO"}
   */
  workflowName?: string;
  /** The names of the steps in the order in which they ran. */
  steps: readonly string[];
  /**
   * Globs, as CAPIO-CL has them, for files that are kept although they are read.
   *
   * @default {[]}
   */
  keep?: readonly string[];
}

/**
 * Makes a CAPIO-CL configuration of what the steps of the present run have made,
 * read, listed and asked for. They must have run one after the other, in a run
 * that a member with the option `observe` has begun and still takes part in.
 * `sluice learn` does all of that.
 *
 * @example Usage
 * ```ts
 * import { CapioWorkspace, learnCapioCl, serializeCapioCl, withCapio } from "@sluice/sluice/capio";
 *
 * await Deno.mkdir("data", { recursive: true });
 * const steps = ["write", "count"];
 * using _ = new CapioWorkspace({ capioDir: "data", steps, observe: true });
 * await withCapio({ capioDir: "data", appName: "write" }, async () => {
 *   await Deno.writeTextFile("data/out.txt", "three\nlines\nhere\n");
 * });
 * await withCapio({ capioDir: "data", appName: "count" }, async () => {
 *   await Deno.readTextFile("data/out.txt");
 * });
 * const { config } = learnCapioCl("data", { steps });
 * console.log(serializeCapioCl(config));
 * ```
 *
 * @param capioDir The directory of the workflow.
 * @param options The workflow, its steps, and what to keep.
 * @throws {CapioError} If no such run is there.
 */
export function learnCapioCl(
  capioDir: string | URL,
  { workflowName = "CAPIO", steps, keep = [] }: LearnCapioClOptions,
): LearnedCapioCl {
  checkNonEmptyString("workflowName", workflowName);
  checkNames("steps", steps);
  checkNames("keep", keep);
  const directory = realDirectory(pathOf(capioDir));
  const folder = new WorkflowFolder(directory, workflowName);
  if (!folder.isInUse) throw noRun(workflowName, directory);
  folder.checkDirectories();
  using reader = new JournalReader(folder.journal);
  if (reader.format.type !== "own") throw noRun(workflowName, directory);
  const events = [...reader.read()];
  const isObserved = events.some((it) => it?.event === "rules" && it.observe);
  if (!isObserved) throw noRun(workflowName, directory);
  const observation = observeEvents(events, steps);
  return learnConfiguration(observation, { name: workflowName, keep });
}

function noRun(workflowName: string, directory: string): CapioError {
  return new CapioError(
    "INVALID_CONFIGURATION",
    `Cannot learn from workflow "${workflowName}" in "${directory}": expected a run that a member with the option "observe" has begun and still takes part in`,
  );
}

function checkNames(option: string, names: unknown): void {
  const isNames = Array.isArray(names) &&
    names.every((it) => typeof it === "string" && it !== "");
  if (!isNames) throw refused(option, "an array of names", names);
}
