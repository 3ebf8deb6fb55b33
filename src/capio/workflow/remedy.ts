import type { CapioClCommitRule } from "../cl/mod.ts";
import type { WorkflowFile, WorkflowState } from "../journal/mod.ts";

/** Says what a user can do about a file that is not committed for long. */
export function remedyForCommit({ rule, home }: WorkflowFile): string {
  if (home) {
    return `See how it stands there, and whether its agent runs: sluice status`;
  }
  switch (rule.type) {
    case "on_close":
      return `It is finished when its writer closes it`;
    case "on_file":
      return `See what these files wait for: sluice status`;
    // It counts the entries of a directory, and has no meaning for a file.
    case "on_n_files":
    case "on_termination":
      return `With the rule "on_close" it is finished when its writer closes it`;
  }
}

/** Says what a user can do about a directory that is not complete for long. */
export function remedyForListing(state: WorkflowState, path: string): string {
  return remedyForDirectory(state.engine.commitRule(path));
}

function remedyForDirectory(rule: CapioClCommitRule): string {
  switch (rule.type) {
    case "on_file":
      return `See what these files wait for: sluice status`;
    case "on_n_files":
      return `Give it as many entries, or "n_files" a lower number`;
    case "on_close":
    case "on_termination":
      return `With the rule "on_n_files" it is complete with its last entry`;
  }
}
