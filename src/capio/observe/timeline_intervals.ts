import type { WorkflowStatus } from "./status.ts";
import type { TimelineInterval } from "./timeline.ts";

/**
 * Returns the intervals in which a workflow wrote files, and read them while
 * they were written, for {@linkcode drawTimeline}.
 *
 * @example Usage
 * ```ts no-eval
 * import {
 *   drawTimeline,
 *   timelineIntervals,
 *   workflowStatus,
 * } from "@sluice/sluice/capio";
 *
 * const status = workflowStatus("data");
 * if (status) console.log(drawTimeline(timelineIntervals(status, Date.now())));
 * ```
 *
 * @param status The present or the last status of the workflow.
 * @param now The end of intervals that have not ended, Unix time in milliseconds.
 * @returns The intervals; a file with several writers has one for each.
 */
export function timelineIntervals(
  { files, readings }: Pick<WorkflowStatus, "files" | "readings">,
  now: number,
): TimelineInterval[] {
  const written = files.flatMap(({ path, writers, created, ended, size }) =>
    writers.map((app) => ({
      app,
      path,
      kind: "write" as const,
      from: created,
      to: ended ?? now,
      bytes: size,
    }))
  );
  const read = readings.map(({ app, path, first, latest, bytes }) => ({
    app,
    path,
    kind: "read" as const,
    from: first,
    to: latest,
    bytes,
  }));
  return [...written, ...read];
}
