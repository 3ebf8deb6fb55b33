import type { WorkflowState } from "./journal/state.ts";
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

/** Warns of what vanishes although its writers have ended well. */
export function warnOfUnfinished(state: WorkflowState): void {
  for (const file of state.pending) {
    const { path, unlinked, kind } = file;
    if (unlinked || kind !== "file" || !state.engine.isPermanent(path)) {
      continue;
    }
    console.warn(
      `sluice: "${path}" is discarded, it was never finished: ${
        missingForCommit(state, file)
      }`,
    );
  }
}
