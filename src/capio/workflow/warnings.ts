import type { WorkflowState } from "../journal/mod.ts";
import { missingForCommit } from "./readiness.ts";

/** Warns a reader of what another member has begun to write anew since. */
export function warnOfStaleReads(
  { staleReads, members }: WorkflowState,
  member: string,
  from: number,
): void {
  for (const { path, reader, writer } of staleReads.slice(from)) {
    if (reader !== member) continue;
    console.warn(
      `sluice: "${path}" was read before "${
        members.get(writer)?.app
      }" began to write it anew: what was read is out of date`,
    );
  }
}

/**
 * Warns of files that vanish although their writers have ended well: what they
 * depend on was never finished.
 */
export function warnOfUnfinished(state: WorkflowState): void {
  for (const file of state.paths.values()) {
    const { path, phase, rule, writers } = file;
    if (phase === "committed" || rule.type !== "on_file") continue;
    if (!state.engine.isPermanent(path)) continue;
    const isFailure = [...writers]
      .some((id) => state.members.get(id)?.ending !== "left");
    if (isFailure) continue;
    console.warn(
      `sluice: "${path}" is discarded, it was never finished: ${
        missingForCommit(state, file)
      }`,
    );
  }
}
